use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
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
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for entry in &submission.entries {
        let reason = reason(entry.name(), entry.is_text(), &entry.path);
        let other = seen.insert(entry.path.to_lowercase(), &entry.path);
        if let Some(reason) = reason {
            findings.at(&entry.path, 0, format!("the name {reason}"));
        } else if let Some(other) = other.filter(|_| entry.is_text()) {
            findings.at(&entry.path, 0, format!("the name differs only in case from `{other}`"));
        }
    }
}

fn reason(name: &str, is_text: bool, path: &str) -> Option<String> {
    const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com1", "lpt1"];
    if !is_text {
        return Some("is not UTF-8".to_owned());
    }
    if let Some(bad) = name.chars().find(|c| c.is_control() || "<>:\"|?*\\".contains(*c)) {
        return Some(format!("holds {bad:?}"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("ends with a dot or a space".to_owned());
    }
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    if RESERVED.contains(&stem.as_str()) {
        return Some("is reserved on Windows".to_owned());
    }
    let length = path.chars().count();
    (length > LONGEST_PATH).then(|| format!("makes a path of {length} characters, expected at most {LONGEST_PATH}"))
}
