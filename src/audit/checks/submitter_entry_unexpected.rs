use super::prelude::*;

check! {
    /// Something else lies beside `systems`, `code` and `results`.
    ///
    /// Documents and pictures are usual; anything else is not looked at.
    ///
    /// Help: move it to where it belongs.
    ///
    /// Source: directory structure of the results repositories.
    "submitter-entry-unexpected", Structure, Note, Submitter(check)
}

const ENDINGS: [&str; 10] = ["md", "txt", "rst", "pdf", "docx", "png", "jpg", "jpeg", "svg", "adoc"];
const NAMES: [&str; 9] =
    ["systems", "code", "results", "LICENSE", "LICENSE.md", "model_mapping.json", "requirements.txt", "img", "models"];

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.has_results {
        return Outcome::NotApplicable;
    }
    for entry in view.submission().entries.children(&view.submitter.path) {
        let name = entry.name();
        let lower = name.to_lowercase();
        let is_document =
            lower.starts_with("readme") || lower.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
        // Hidden names have a rule of their own.
        if !(NAMES.contains(&name) || name.starts_with('.') || entry.is_file() && is_document) {
            found.at(&entry.path, 0, format!("`{name}` is none of systems, code and results"));
        }
    }
    found.or_pass(view.folder())
}
