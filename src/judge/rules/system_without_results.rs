use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system's folder holds no runs.
    ///
    /// Help: put the runs under `results/<system>/<benchmark>/<mode>`, or remove the folder.
    ///
    /// Source: directory structure of the results repositories.
    "system-without-results", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        // A submitter without any run is another rule's finding.
        let siblings = submission
            .systems
            .iter()
            .filter(|other| other.submitter == system.submitter && other.division == system.division);
        let submitter_has_runs =
            siblings.flat_map(|system| &system.benchmarks).any(|benchmark| !benchmark.runs.is_empty());
        if submitter_has_runs && system.benchmarks.is_empty() {
            findings.at(&system.path, 0, format!("system `{}` has no runs", system.name));
        }
    }
}
