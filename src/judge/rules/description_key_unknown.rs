use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;
use crate::round::spelling::nearest;

rule! {
    /// A system description has a field that the template does not have.
    ///
    /// Nobody reads it; often it is a misspelled field of the template.
    ///
    /// Help: use the fields of the official template.
    ///
    /// Source: system description template.
    "description-key-unknown", SystemDescription, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let known = &round.system_description.fields;
    for system in &submission.systems {
        for field in system.description.iter().flat_map(|description| &description.fields) {
            let key = &field.key.value;
            if known.contains(key) {
                continue;
            }
            let finding =
                findings.at(&system.description_path, field.key.line, format!("`{key}` is no field of the template"));
            let near = nearest(key, known.iter().map(String::as_str), 3);
            if let Some(near) = near {
                finding.help(format!("did you mean `{near}`?"));
            }
        }
    }
}
