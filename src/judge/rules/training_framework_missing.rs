use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// An open result does not say what its model was trained with.
    ///
    /// Help: fill in `Training framework (open division)`.
    ///
    /// Source: system description template.
    "training-framework-missing", SystemDescription, Warning, check
}

const FIELD: &str = "Training framework (open division)";

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in submission.systems.iter().filter(|system| system.division == "open") {
        let Some(description) = system.description.as_ref().filter(|description| description.damage.is_none()) else {
            continue;
        };
        if description.text(FIELD).is_empty() {
            let line = description.get(FIELD).map_or(0, |field| field.line);
            findings.at(&system.description_path, line, format!("`{FIELD}` says nothing"));
        }
    }
}
