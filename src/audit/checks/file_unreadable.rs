use super::prelude::*;
use crate::source::Kind;

check! {
    /// A submission contains something that is neither a file nor a folder, or that cannot be read.
    ///
    /// Help: remove it, or grant read permission.
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
    found.or_pass(view.folder())
}
