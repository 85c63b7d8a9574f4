use super::prelude::*;
use crate::source::join;

check! {
    /// A run that the benchmark needs is not there.
    ///
    /// Throughput counts only beside the accuracy of the same system, and the other way round. The official checker
    /// says "looks OK" when `performance` is missing and drops the row.
    ///
    /// Help: add the run's session files; a folder that is meant for it must have its official name.
    ///
    /// Official checker: rejects a result without accuracy; a missing performance run only shows in its log, and the
    /// row is lost.
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
        if !benchmark.strange_folders.is_empty() {
            let strange: Vec<_> = benchmark.strange_folders.iter().map(|name| format!("`{name}`")).collect();
            finding.note(format!("there is {}, which is no run", strange.join(" and ")));
        }
    }
    found.or_pass(Place::whole(&benchmark.path))
}
