use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::Kind;
use crate::round::Round;

rule! {
    /// A submission holds a Python cache.
    ///
    /// The official checker rejects the whole submitter for it.
    ///
    /// Help: remove the folder.
    ///
    /// Official checker: rejects the whole submitter.
    ///
    /// Source: `submission_checker.py`.
    "pycache-folder", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for entry in &submission.entries {
        if entry.kind == Kind::Folder && entry.name().ends_with("__pycache__") {
            findings.at(&entry.path, 0, "the folder is a Python cache");
        }
    }
}
