use super::description_schema::{Violation, violations};
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A field of a system description is no text.
    ///
    /// Lists and objects end up as program text in the published table.
    ///
    /// Help: write the value as text.
    ///
    /// Source: system description template.
    "description-value-not-text", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (path, description, violations) in violations(submission, round) {
        for violation in violations {
            let Violation::WrongType(key) = violation else { continue };
            let Some(value) = description.get(&key) else { continue };
            findings.at(path, value.line, format!("`{key}` is {}, expected text", value.as_str()));
        }
    }
}
