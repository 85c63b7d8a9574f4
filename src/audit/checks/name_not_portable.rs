use super::prelude::*;
use crate::source::{Entry, alike, is_reserved};

check! {
    /// A name is not valid on every operating system.
    ///
    /// Submissions are checked out on Linux, macOS and Windows. Some characters and names are not allowed on all of
    /// them, and files whose names differ only in case overwrite each other.
    ///
    /// Help: rename the file or folder.
    ///
    /// Source: submissions are exchanged through version control.
    "name-not-portable", Structure, Warning, Submission(check)
}

/// Longest path that every operating system accepts, in characters.
const LONGEST_PATH: usize = 240;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let entries = &view.submission.entries;
    for entry in entries {
        if let Some(reason) = reason(entry) {
            found.at(&entry.path, 0, format!("the name {reason}"));
        } else if let Some(length) = too_long(entry) {
            let message = format!("the path is {length} characters long, expected at most {LONGEST_PATH}");
            found.at(&entry.path, 0, message).measured(length as f64, LONGEST_PATH as f64, "");
        }
    }
    let lower = |entry: &Entry| entry.path.to_lowercase();
    for (before, entry) in alike(|| entries.iter(), lower) {
        if reason(entry).is_none() && too_long(entry).is_none() {
            found.at(&entry.path, 0, format!("the name differs only in case from `{}`", before.path));
        }
    }
    found.or_pass(view.folder())
}

fn reason(entry: &Entry) -> Option<String> {
    let name = entry.name();
    if !entry.is_text() {
        return Some("is not UTF-8".to_owned());
    }
    if let Some(bad) = name.chars().find(|c| c.is_control() || "<>:\"|?*\\".contains(*c)) {
        return Some(format!("contains {bad:?}"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("ends with a dot or a space".to_owned());
    }
    is_reserved(name).then(|| "is reserved on Windows".to_owned())
}

fn too_long(entry: &Entry) -> Option<usize> {
    Some(entry.path.chars().count()).filter(|length| *length > LONGEST_PATH)
}
