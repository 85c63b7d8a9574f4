use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::Kind;
use crate::round::Round;

rule! {
    /// Something in a submission is neither a file nor a folder, or cannot be read.
    ///
    /// Help: remove it, or give read permission.
    ///
    /// Source: directory structure of the results repositories.
    "file-unreadable", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for entry in &submission.entries {
        match &entry.kind {
            Kind::Special => {
                findings.at(&entry.path, 0, format!("`{}` is a pipe, socket or device", entry.name()));
            }
            Kind::Unreadable(reason) => {
                let message = format!("`{}` cannot be read: {reason}", entry.name());
                let finding = findings.at(&entry.path, 0, message);
                if reason.contains("git lfs") {
                    finding.help("fetch the file with `git lfs pull`; submit it itself.");
                }
            }
            _ => {}
        }
    }
}
