use super::prelude::*;

check! {
    /// A session was run with a runner version that measures wrongly.
    ///
    /// Early versions of the EEMBC runner counted iterations wrongly and loaded the slices of a recording without the
    /// sliding window.
    ///
    /// Help: measure again with the current version.
    ///
    /// Source: release history of the EEMBC runner (3.0.1, 3.0.3).
    "runner-version-outdated", Evidence, Warning, Run(check),
    affects: every,
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log() else { return Outcome::NotApplicable };
    let oldest = view.round.runners.get(log.runner).oldest_version.as_ref();
    let Some((version, oldest)) = log.runner_version.as_ref().zip(oldest) else { return Outcome::NotApplicable };
    if parts(version) < parts(oldest) {
        let message = format!("the runner's version is {}, expected at least {oldest}", version.value);
        found.at(view.run.path_of(FileRole::Log), version.line, message);
    }
    found.or_pass(view.at(FileRole::Log, version.line))
}

fn parts(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
