use super::description_schema::{Violation, violations};
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

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
    for (path, _, violations) in violations(submission, round) {
        let missing: Vec<String> = violations
            .into_iter()
            .filter_map(|violation| match violation {
                // A missing status is a graver rule's finding.
                Violation::Missing(key) if key != "Status" => Some(format!("`{key}`")),
                _ => None,
            })
            .collect();
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            findings.at(path, 1, format!("{} {verb} missing", missing.join(", ")));
        }
    }
}
