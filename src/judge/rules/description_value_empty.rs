use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A field of a description that is published says nothing.
    ///
    /// The template's field is there, but empty or a placeholder; its cell in the published table stays empty.
    ///
    /// Help: fill in the field.
    ///
    /// Source: system description template; the columns of the published tables.
    "description-value-empty", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = &system.description else { continue };
        // An unknown status or division is a graver rule's finding, a lost value that of its own rule.
        let keys =
            round.system_description.required.iter().filter(|key| !["Status", "Division"].contains(&key.as_str()));
        for key in keys {
            let Some(field) = description.get(key) else { continue };
            let repeated = description.fields.iter().filter(|other| other.key.value == *key).count() > 1;
            let text = field.as_str().trim().to_lowercase();
            if ["", "tbd", "todo", "xxx", "?"].contains(&text.as_str()) && !repeated {
                findings.at(
                    &system.description_path,
                    field.line,
                    if text.is_empty() {
                        format!("`{key}` is empty")
                    } else {
                        format!("`{key}` is `{}`", field.as_str())
                    },
                );
            }
        }
    }
}
