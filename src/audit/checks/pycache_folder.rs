use super::prelude::*;
use crate::source::Kind;

check! {
    /// A submission contains a Python cache.
    ///
    /// The official checker rejects all of a submitter's results for it.
    ///
    /// Help: remove the folder.
    ///
    /// Official checker: rejects all of the submitter's results.
    ///
    /// Source: `submission_checker.py`.
    "pycache-folder", Structure, Error, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    for entry in &view.submission.entries {
        if entry.kind == Kind::Folder && entry.name().ends_with("__pycache__") {
            found.at(&entry.path, 0, "the folder is a Python cache");
        }
    }
    found.or_pass(view.folder())
}
