use super::prelude::*;
use crate::source::join;

check! {
    /// A run that the benchmark requires is missing.
    ///
    /// Throughput counts only together with the accuracy of the same system, and accuracy only together with
    /// throughput. The official checker prints "looks OK" when `performance` is missing and drops the row.
    ///
    /// Help: add the files of the run's session, in a folder with the run's official name.
    ///
    /// Official checker: rejects a result without accuracy; mentions a missing performance run only in its log and
    /// drops the row.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`, required_tests.
    "run-missing", Structure, Error, Result(check),
    affects: result,
    fails: Unproven,
    absence: true,
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let (benchmark, Some(spec)) = (view.benchmark, view.spec) else { return Outcome::NotApplicable };
    let has = |mode: &Mode| benchmark.runs.contains_key(mode);
    let missing: Vec<&Mode> = spec.required.iter().filter(|mode| !has(mode)).collect();
    let mut names: Vec<String> = missing.iter().map(|mode| format!("`{mode}`")).collect();
    let folder = |mode: &Mode| join(&benchmark.path, mode.name());
    let mut folders: Vec<Vec<String>> = missing.iter().map(|mode| vec![folder(mode)]).collect();
    if !spec.required_one_of.is_empty() && !spec.required_one_of.iter().any(has) {
        let either: Vec<_> = spec.required_one_of.iter().map(|mode| format!("`{mode}`")).collect();
        names.push(either.join(" or "));
        folders.push(spec.required_one_of.iter().map(folder).collect());
    }
    if !names.is_empty() {
        let (noun, verb) = if names.len() == 1 { ("run", "is") } else { ("runs", "are") };
        let message = format!("the {noun} {} {verb} missing", names.join(" and "));
        let finding = found.at(&benchmark.path, 0, message).missing(folders);
        if !benchmark.other_folders.is_empty() {
            let strange: Vec<_> = benchmark.other_folders.iter().map(|name| format!("`{name}`")).collect();
            finding.note(format!("there is {}, which is not the official name of a run", strange.join(" and ")));
        }
    }
    found.or_pass(Place::whole(&benchmark.path))
}
