use std::collections::BTreeSet;

use super::prelude::*;
use crate::source::Kind;

check! {
    /// A folder is empty.
    ///
    /// Git does not store empty folders, and the official checker rejects all of a submitter's results for one.
    ///
    /// Help: remove the folder.
    ///
    /// Official checker: rejects all of the submitter's results.
    ///
    /// Source: `submission_checker.py` (`list_empty_dirs_recursively`).
    "folder-empty", Structure, Error, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let (submission, entries) = (view.submission, &view.submission.entries);
    // The rule `file-missing` reports an empty run folder.
    let runs: BTreeSet<&str> = submission.runs().map(|place| place.run.path.as_str()).collect();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Folder) {
        if entries.below(&entry.path).is_empty() && !runs.contains(&*entry.path) {
            found.at(&entry.path, 0, "the folder is empty");
        }
    }
    found.or_pass(view.folder())
}
