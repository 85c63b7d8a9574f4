use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system description gives a field twice, and the value that counts is not the one that says something.
    ///
    /// The official template repeats some fields. Tools keep the last value, so that an empty repetition publishes an
    /// empty cell, and a different one drops the first.
    ///
    /// Help: delete the second copy of the field; it comes from the template.
    ///
    /// Source: system description template; `submission_checker.py` reads the last of duplicate keys.
    "description-value-lost", SystemDescription, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = &system.description else { continue };
        for (index, field) in description.fields.iter().enumerate() {
            let Some(last) = description.fields[index + 1..].iter().rfind(|other| other.key.value == field.key.value)
            else {
                continue;
            };
            let (first, kept) = (field.value.as_str().trim(), last.value.as_str().trim());
            let says_nothing = first.is_empty() || ["n/a", "none", "-"].contains(&first.to_lowercase().as_str());
            if !says_nothing && first != kept {
                let key = &field.key.value;
                findings
                    .at(
                        &system.description_path,
                        field.key.line,
                        format!("`{key}` is `{first}` here and {} in line {}", shown(kept), last.key.line),
                    )
                    .label("lost")
                    .also(&system.description_path, last.key.line, "the last one is kept")
                    .note(format!(
                        "the official tool keeps the last value: the published cell will be {}",
                        shown(kept)
                    ));
            }
        }
    }
}

fn shown(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") }
}
