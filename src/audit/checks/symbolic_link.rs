use super::prelude::*;
use crate::source::Kind;

check! {
    /// A submission holds a symbolic link.
    ///
    /// A link may lead anywhere on the reader's machine. The official checker rejects the whole submitter for one that
    /// leads to a file, and crashes at some others.
    ///
    /// Help: put the file itself in its place, or remove the link.
    ///
    /// Official checker: rejects the whole submitter, but overlooks links to folders.
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
