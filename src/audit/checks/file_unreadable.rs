use super::prelude::*;
use crate::source::Kind;

check! {
    /// Something in a submission is neither a file nor a folder, or cannot be read.
    ///
    /// Help: remove it, or give read permission.
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
                    finding.help("fetch the file with `git lfs pull`; submit it itself.");
                }
            }
            _ => {}
        }
    }
    found.or_pass(view.folder())
}
