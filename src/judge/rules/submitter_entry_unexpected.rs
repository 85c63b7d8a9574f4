use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Something else lies beside `systems`, `code` and `results`.
    ///
    /// Documents and pictures are usual; anything else is not looked at.
    ///
    /// Help: move it to where it belongs.
    ///
    /// Source: directory structure of the results repositories.
    "submitter-entry-unexpected", Structure, Note, check
}

const ENDINGS: [&str; 10] = ["md", "txt", "rst", "pdf", "docx", "png", "jpg", "jpeg", "svg", "adoc"];
const NAMES: [&str; 9] =
    ["systems", "code", "results", "LICENSE", "LICENSE.md", "model_mapping.json", "requirements.txt", "img", "models"];

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        let skip = if submitter.path.is_empty() { 0 } else { submitter.path.len() + 1 };
        let own = submission.entries_of(submitter).iter().filter(|entry| !entry.path[skip..].contains('/'));
        for entry in own {
            let name = entry.name();
            let lower = name.to_lowercase();
            let is_document = lower.starts_with("readme")
                || lower.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
            // Hidden names have a rule of their own.
            if !(NAMES.contains(&name) || name.starts_with('.') || entry.is_file() && is_document) {
                findings.at(&entry.path, 0, format!("`{name}` is none of systems, code and results"));
            }
        }
    }
}
