use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// results.txt is of another session than this log: it was not written at the log's end.
    ///
    /// The EEMBC runner stamps both files with the same clock and writes the results right after the log ends; the
    /// MLCommons runner repeats the stamped results at the end of its log. Where that does not fit, the two files are of
    /// different sessions, and the log proves nothing about the claim.
    ///
    /// Help: submit log and results of one and the same session.
    ///
    /// Source: MLPerf Tiny rules, 5.1; in 680 of 694 published pairs the results follow within a second.
    "log-of-another-session", Evidence, Error, check,
    explains script_disagrees_with_log, window_count
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        if let Some((line, message)) = evidence::another_session(place.run, round) {
            findings.at(place.run.path_of(FileRole::Results), line, message);
        }
    }
}
