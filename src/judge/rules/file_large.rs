use super::evidence::MB;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A file is larger than the limit the official checker speaks of.
    ///
    /// Its message says 50 MB although it takes 500; hosting services warn at 50 MB and refuse
    /// 100 MB. Logs of anomaly detection on the full list are that large.
    ///
    /// Help: leave the file out, or cut it into parts.
    ///
    /// Source: `submission_checker.py` ("greater than 50 MB").
    "file-large", Structure, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for entry in &submission.entries {
        let (stated, limit) = (round.hygiene.stated_max_file_mb, round.hygiene.max_file_mb);
        if let Some(bytes) = entry.size()
            && (stated * MB + 1..=limit * MB).contains(&bytes)
        {
            findings.at(&entry.path, 0, format!("the file has {} MB, expected at most {stated} MB", bytes / MB));
        }
    }
}
