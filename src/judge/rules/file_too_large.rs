use super::evidence::MB;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A file is larger than the official checker takes.
    ///
    /// It rejects the whole submitter for one file above 500 MB.
    ///
    /// Help: leave the file out, or cut it into parts.
    ///
    /// Official checker: rejects the whole submitter.
    ///
    /// Source: `submission_checker.py`, FILE_SIZE_LIMIT_MB.
    "file-too-large", Structure, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for entry in &submission.entries {
        let limit = round.hygiene.max_file_mb;
        if let Some(bytes) = entry.size()
            && bytes > limit * MB
        {
            findings.at(&entry.path, 0, format!("the file has {} MB, expected at most {limit} MB", bytes / MB));
        }
    }
}
