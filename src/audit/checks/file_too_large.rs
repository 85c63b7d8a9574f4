use super::file_large::MB;
use super::prelude::*;

check! {
    /// A file is larger than the official checker accepts.
    ///
    /// It rejects all of a submitter's results for one file above 500 MB.
    ///
    /// Help: remove the file from the submission, or split it.
    ///
    /// Official checker: rejects all of the submitter's results.
    ///
    /// Source: `submission_checker.py`, FILE_SIZE_LIMIT_MB.
    "file-too-large", Structure, Error, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let limit = view.round.hygiene.max_file_mb;
    for entry in &view.submission.entries {
        if let Some(bytes) = entry.size().filter(|bytes| *bytes > limit * MB) {
            let megabytes = bytes / MB;
            found.at(&entry.path, 0, format!("the file is {megabytes} MB, expected at most {limit} MB")).measured(
                megabytes as f64,
                limit as f64,
                "MB",
            );
        }
    }
    found.or_pass(view.folder())
}
