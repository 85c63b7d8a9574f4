use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system with results has no description.
    ///
    /// Nobody could say what was measured; the official checker drops all results of the system.
    ///
    /// Help: write `systems/<system>.json` with the official fields, named like the system's folder under `results`.
    ///
    /// Official checker: rejects the system.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`.
    "system-description-missing", SystemDescription, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        if system.description.is_none() {
            findings
                .at(&system.path, 0, format!("system `{}` has no description", system.name))
                .help(format!("write `{}`, with the official fields", system.description_path));
        }
    }
}
