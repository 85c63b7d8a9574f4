use super::prelude::*;
use crate::source::Kind;

check! {
    /// A submission contains a symbolic link.
    ///
    /// A link may point anywhere on the reader's machine. The official checker rejects the whole submitter for a link
    /// to a file, and crashes on some other links.
    ///
    /// Help: replace the link with the file itself, or remove it.
    ///
    /// Official checker: rejects the whole submitter, but misses links to folders.
    ///
    /// Source: `submission_checker.py` ("contains symbolic links").
    "symbolic-link", Structure, Error, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    for entry in view.submission.entries.iter().filter(|entry| entry.kind == Kind::Link) {
        found.at(&entry.path, 0, format!("`{}` is a symbolic link", entry.name()));
    }
    found.or_pass(view.folder())
}
