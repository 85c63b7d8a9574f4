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
    let entries = &submission.entries;
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.kind == Kind::Folder) {
        let prefix = format!("{}/", entry.path);
        // What is in a folder follows it, but names that differ by a sign before the slash come between.
        let start = entries[index..].partition_point(|other| other.path < prefix) + index;
        let inhabited = entries.get(start).is_some_and(|other| other.path.starts_with(&prefix));
        // An empty run is another rule's finding.
        let is_run = submission.runs().any(|place| place.run.path == entry.path);
        if !inhabited && !is_run {
            findings.at(&entry.path, 0, "the folder is empty");
        }
    }
}
