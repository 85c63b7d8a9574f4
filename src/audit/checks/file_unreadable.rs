use super::prelude::*;
use crate::source::{Kind, name_of};

check! {
    /// A submission contains something that is neither a file nor a folder, or that cannot be read.
    ///
    /// A file that is larger than what is read of one, or that exceeds what is read of a whole tree or archive, is
    /// reported, too: figures that need it are unproven.
    ///
    /// Help: replace it by a file that can be read: whole, not encrypted, with read permission; or remove it if nothing needs it.
    ///
    /// Source: directory structure of the results repositories.
    "file-unreadable", Structure, Error, Submission(check),
    affects: every,
    fails: Unproven,
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    for entry in &view.submission.entries {
        match &entry.kind {
            Kind::Special => {
                found.at(&entry.path, 0, format!("`{}` is a pipe, socket or device", entry.name()));
            }
            Kind::Unreadable(reason) => {
                let finding = found.at(&entry.path, 0, format!("`{}` cannot be read: {reason}", entry.name()));
                if reason.contains("git lfs") {
                    finding.help("run `git lfs pull` and submit the file itself, not the pointer");
                }
            }
            _ => {}
        }
    }
    let entries = &view.submission.entries;
    let is_listed = |path: &str| entries.get(path).is_some_and(|entry| matches!(entry.kind, Kind::Unreadable(_)));
    for run in view.submission.runs().map(|place| place.run) {
        for (role, reason) in &run.unread {
            let path = run.path_of(*role);
            if !is_listed(path) {
                found.at(path, 0, format!("`{}` cannot be read: {reason}", name_of(path)));
            }
        }
    }
    found.or_pass(view.folder())
}
