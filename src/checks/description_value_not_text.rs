use crate::log::description::FieldValue;
use crate::round::Round;
use crate::rule::{Findings, rule};
use crate::submission::Submission;

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

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        for field in system.description.iter().flat_map(|description| &description.fields) {
            if let FieldValue::Other(found) = &field.value.value {
                let message = format!("`{}` is {found}, expected text", field.key.value);
                findings.at(&system.description_path, field.value.line, message);
            }
        }
    }
}
