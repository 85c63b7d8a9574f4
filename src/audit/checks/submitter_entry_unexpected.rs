use super::prelude::*;

check! {
    /// A submitter's folder contains something other than `systems`, `code` and `results`.
    ///
    /// Documents and images are common there; anything else is not checked.
    ///
    /// Help: move it into `systems`, `code` or `results`, or remove it.
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
        // Hidden names are reported by `name-hidden`.
        if !(NAMES.contains(&name) || name.starts_with('.') || entry.is_file() && is_document) {
            found.at(&entry.path, 0, format!("`{name}` is not expected beside `systems`, `code` and `results`"));
        }
    }
    found.or_pass(view.folder())
}
