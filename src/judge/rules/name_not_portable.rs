use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::{Entry, alike, is_reserved};
use crate::round::Round;

rule! {
    /// A name cannot be kept on every system.
    ///
    /// Submissions are checked out on Linux, macOS and Windows. Some characters and names do not exist on all of them,
    /// and names that differ only in case overwrite each other.
    ///
    /// Help: rename the file.
    ///
    /// Source: submissions travel by version control.
    "name-not-portable", Structure, Warning, check
}

/// Longest path that every system takes, in characters.
const LONGEST_PATH: usize = 240;

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for entry in &submission.entries {
        if let Some(reason) = reason(entry) {
            findings.at(&entry.path, 0, format!("the name {reason}"));
        }
    }
    let lower = |entry: &Entry| entry.path.to_lowercase();
    for (before, entry) in alike(|| submission.entries.iter(), lower) {
        if entry.is_text() && reason(entry).is_none() {
            findings.at(&entry.path, 0, format!("the name differs only in case from `{}`", before.path));
        }
    }
}

fn reason(entry: &Entry) -> Option<String> {
    let name = entry.name();
    if !entry.is_text() {
        return Some("is not UTF-8".to_owned());
    }
    if let Some(bad) = name.chars().find(|c| c.is_control() || "<>:\"|?*\\".contains(*c)) {
        return Some(format!("holds {bad:?}"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("ends with a dot or a space".to_owned());
    }
    if is_reserved(name) {
        return Some("is reserved on Windows".to_owned());
    }
    let length = entry.path.chars().count();
    (length > LONGEST_PATH).then(|| format!("makes a path of {length} characters, expected at most {LONGEST_PATH}"))
}
