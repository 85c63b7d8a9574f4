use super::prelude::*;

check! {
    /// A larger size of a benchmark was submitted without the smaller one.
    ///
    /// A system that submits the larger size must also submit every smaller size.
    ///
    /// Help: measure the smaller benchmark on the same system, and submit both.
    ///
    /// Official checker: rejects the larger size.
    ///
    /// Source: MLPerf Tiny rules, 2.9; `submission_checker.py`.
    "smaller-size-missing", Structure, Error, System(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let benchmarks = &view.system.benchmarks;
    let mut beside = None;
    for benchmark in benchmarks {
        for smaller in benchmark.spec(view.round).into_iter().flat_map(|spec| &spec.requires) {
            if let Some(other) = benchmarks.iter().find(|other| other.name.as_ref() == Some(smaller)) {
                beside.get_or_insert_with(|| Place::whole(&other.path));
            } else {
                let message = format!("`{}` requires `{smaller}` on the same system; it is missing", benchmark.folder);
                found.at(&benchmark.path, 0, message);
            }
        }
    }
    found.or_pass(beside)
}
