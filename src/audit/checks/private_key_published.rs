use super::prelude::*;
use crate::source::{Entry, join};

check! {
    /// A file in `code` contains a private key.
    ///
    /// The submission becomes public.
    ///
    /// Help: remove the key and replace it wherever it is used.
    ///
    /// Source: MLPerf Tiny rules, 9.1 (submissions are made public).
    "private-key-published", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    for file in &view.submitter.documents.code {
        if let Some(key) = file.private_key {
            found.at(&file.path, key.line, "a private key begins here");
        }
    }
    found.or_pass(searched_code(view))
}

/// Returns the folder `code`, whose text files are all searched; `None` if it does not contain any files.
pub(super) fn searched_code(view: &SubmitterView<'_>) -> Option<Place> {
    let folder = join(&view.submitter.path, "code");
    let has_files = view.submission().entries.below(&folder).iter().any(Entry::is_file);
    has_files.then(|| Place::whole(&folder))
}
