use super::prelude::*;

check! {
    /// A file is larger than the limit the official checker speaks of.
    ///
    /// Its message says 50 MB although it takes 500; hosting services warn at 50 MB and refuse
    /// 100 MB. Logs of anomaly detection on the full list are that large.
    ///
    /// Help: leave the file out, or cut it into parts.
    ///
    /// Source: `submission_checker.py` ("greater than 50 MB").
    "file-large", Structure, Note, Submission(check)
}

/// Bytes of an MB, as the official checker counts.
pub(super) const MB: u64 = 1 << 20;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let (stated, limit) = (view.round.hygiene.stated_max_file_mb, view.round.hygiene.max_file_mb);
    for entry in &view.submission.entries {
        if let Some(bytes) = entry.size().filter(|bytes| (stated * MB + 1..=limit * MB).contains(bytes)) {
            let megabytes = bytes / MB;
            found.at(&entry.path, 0, format!("the file has {megabytes} MB, expected at most {stated} MB")).measured(
                megabytes as f64,
                stated as f64,
                "MB",
            );
        }
    }
    found.or_pass(view.folder())
}
