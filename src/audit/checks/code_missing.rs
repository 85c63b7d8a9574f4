use super::prelude::*;
use crate::source::{join, name_of};

check! {
    /// A submission has no code.
    ///
    /// Every benchmark needs the source or the binary that was run, so that others can repeat the measurement.
    ///
    /// Help: put the implementations into `code`.
    ///
    /// Source: directory structure of the results repositories; MLPerf Tiny rules, 9.1.
    "code-missing", Structure, Error, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let submitter = view.submitter;
    if !submitter.has_results {
        return Outcome::NotApplicable;
    }
    let prefix = format!("{}/", join(&submitter.path, "code"));
    let mut files = view.entries().iter().filter(|entry| entry.is_file() && entry.path.starts_with(&prefix)).peekable();
    if files.peek().is_none() {
        found.at(&submitter.path, 0, "there is no `code` folder with files in it");
    } else if files.all(|entry| is_only_document(&entry.path)) {
        found.at(&submitter.path, 0, "`code` contains only documents, neither source nor binary");
    }
    found.or_pass(view.folder())
}

/// Whether a file is a document about the code, such as a README or a license, or a hidden file.
pub(super) fn is_only_document(path: &str) -> bool {
    let name = name_of(path).to_lowercase();
    name.starts_with('.')
        || ["readme", "license", "licence", "copying", "notice"].iter().any(|start| name.starts_with(start))
}
