use std::collections::BTreeSet;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::Kind;
use crate::round::Round;

rule! {
    /// A folder is empty.
    ///
    /// Version control cannot carry it, and the official checker rejects the whole submitter for it.
    ///
    /// Help: remove the folder.
    ///
    /// Official checker: rejects the whole submitter.
    ///
    /// Source: `submission_checker.py` (`list_empty_dirs_recursively`).
    "folder-empty", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    // An empty run is another rule's finding.
    let runs: BTreeSet<&str> = submission.runs().map(|place| place.run.path.as_str()).collect();
    for entry in submission.entries.iter().filter(|entry| entry.kind == Kind::Folder) {
        if submission.entries.below(&entry.path).is_empty() && !runs.contains(&*entry.path) {
            findings.at(&entry.path, 0, "the folder is empty");
        }
    }
}
