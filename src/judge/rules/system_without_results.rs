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
    for submitter in &submission.submitters {
        let systems = submission.systems_of(submitter);
        // A submitter without any run is another rule's finding.
        if systems.iter().flat_map(|system| &system.benchmarks).all(|benchmark| benchmark.runs.is_empty()) {
            continue;
        }
        for system in systems.iter().filter(|system| system.benchmarks.is_empty()) {
            findings.at(&system.path, 0, format!("system `{}` has no runs", system.name));
        }
    }
}
