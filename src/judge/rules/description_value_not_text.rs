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
        let values: Vec<_> = violations
            .into_iter()
            .filter_map(|violation| match violation {
                Violation::WrongType(key) => Some((description.get(&key)?, key)),
                Violation::Missing(_) => None,
            })
            .collect();
        let Some(((first, key), others)) = values.split_first() else { continue };
        let more =
            if others.is_empty() { String::new() } else { format!(", and {} more are none either", others.len()) };
        let finding = findings.at(path, first.line, format!("`{key}` is {}, expected text{more}", first.shown()));
        for (value, key) in others {
            finding.note(format!("line {}: `{key}` is {}", value.line, value.shown()));
        }
    }
}
