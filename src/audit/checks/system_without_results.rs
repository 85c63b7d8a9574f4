use super::prelude::*;

check! {
    /// A system's folder does not contain runs.
    ///
    /// Help: put the runs under `results/<system>/<benchmark>/<mode>`, or remove the folder.
    ///
    /// Source: directory structure of the results repositories.
    "system-without-results", Structure, Error, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    // A submitter without any run is reported by `submitter-without-results`.
    if view.results().all(|benchmark| benchmark.runs.is_empty()) {
        return Outcome::NotApplicable;
    }
    for system in view.systems().iter().filter(|system| system.benchmarks.is_empty()) {
        found.at(&system.path, 0, format!("system `{}` has no runs", system.name));
    }
    found.or_pass(view.folder())
}
