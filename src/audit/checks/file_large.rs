use super::prelude::*;

check! {
    /// A file is larger than the limit that the official checker states.
    ///
    /// The official checker's message states 50 MB, but it accepts up to 500 MB. Hosting services warn at 50 MB and
    /// reject files above 100 MB. Anomaly detection logs on the full list are that large.
    ///
    /// Help: remove the file from the submission, or split it.
    ///
    /// Source: `submission_checker.py` ("greater than 50 MB").
    "file-large", Structure, Note, Submission(check)
}

/// Bytes per MB, as the official checker counts them.
pub(super) const MB: u64 = 1 << 20;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let (stated, limit) = (view.round.hygiene.stated_max_file_mb, view.round.hygiene.max_file_mb);
    for entry in &view.submission.entries {
        if let Some(bytes) = entry.size().filter(|bytes| (stated * MB + 1..=limit * MB).contains(bytes)) {
            let megabytes = bytes / MB;
            found.at(&entry.path, 0, format!("the file is {megabytes} MB, expected at most {stated} MB")).measured(
                megabytes as f64,
                stated as f64,
                "MB",
            );
        }
    }
    found.or_pass(view.folder())
}
