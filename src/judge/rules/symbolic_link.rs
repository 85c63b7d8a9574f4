use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::Kind;
use crate::round::Round;

rule! {
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
    "symbolic-link", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for entry in submission.entries.iter().filter(|entry| entry.kind == Kind::Link) {
        findings.at(&entry.path, 0, format!("`{}` is a symbolic link", entry.name()));
    }
}
