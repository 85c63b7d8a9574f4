use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A description gives an accelerator's frequency or memory, but no accelerator.
    ///
    /// Help: name the accelerator in `Accelerator`, or leave all its fields empty.
    ///
    /// Source: system description template.
    "accelerator-half-described", SystemDescription, Note, check
}

const DETAILS: [&str; 3] =
    ["Accelerator(s) Frequencies", "Accelerator memory type and capacity", "Accelerator storage type and capacity"];

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = &system.description else { continue };
        let says = |key: &str| {
            !["", "-", "0", "n/a", "na", "none", "no"].contains(&description.text(key).to_lowercase().as_str())
        };
        if says("Accelerator") {
            continue;
        }
        if let Some((key, field)) =
            DETAILS.iter().filter(|key| says(key)).find_map(|key| Some((key, description.get(key)?)))
        {
            let message = format!("`{key}` is `{}`, but there is no `Accelerator`", field.shown());
            findings.at(&system.description_path, field.line, message);
        }
    }
}
