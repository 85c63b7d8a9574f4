use crate::round::Round;
use crate::rule::{Findings, rule};
use crate::submission::Submission;

rule! {
    /// A system description lacks a field that is published.
    ///
    /// Its cell in the published table stays empty.
    ///
    /// Help: add the field, spelled as in the official template.
    ///
    /// Source: system description template; `submission_checker.py`.
    "description-key-missing", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = system.description.as_ref().filter(|description| description.damage.is_none()) else {
            continue;
        };
        // A missing status is a graver rule's finding.
        let missing: Vec<&str> = round
            .system_description
            .required
            .iter()
            .map(String::as_str)
            .filter(|key| *key != "Status" && description.get(key).is_none())
            .collect();
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|key| format!("`{key}`")).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            findings.at(&system.description_path, 1, format!("{} {verb} missing", names.join(", ")));
        }
    }
}
