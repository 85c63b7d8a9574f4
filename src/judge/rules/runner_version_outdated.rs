use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A session was run by a version of the runner that measured wrongly.
    ///
    /// Early versions of the EEMBC runner counted iterations wrongly and loaded the slices of a recording without the
    /// sliding window.
    ///
    /// Help: measure again with the current version.
    ///
    /// Source: release history of the EEMBC runner (3.0.1, 3.0.3).
    "runner-version-outdated", Evidence, Warning, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(log) = &place.run.log else { continue };
        let Some(found) = &log.runner_version else { continue };
        let Some(oldest) = &round.runners.get(log.runner).oldest_version else { continue };
        if parts(found) < parts(oldest) {
            let message = format!("the runner's version is {}, expected at least {oldest}", found.value);
            findings.at(place.run.path_of(FileRole::Log), found.line, message);
        }
    }
}

fn parts(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
