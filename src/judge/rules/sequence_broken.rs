use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// Commands are missing between two of a log, or stand in another order.
    ///
    /// The EEMBC runner numbers its commands. A number that does not follow the one before shows that lines were taken out or
    /// put in.
    ///
    /// Calibrated on 718 logs of six rounds: the numbers of all are contiguous.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: MLPerf Tiny rules, 2.3; the EEMBC runner's output.
    "sequence-broken", Evidence, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(at) = place.run.log.as_ref().and_then(|log| log.sequence_broken) else { continue };
        let (before, found) = at.value;
        let message = format!("command {found} follows command {before}, expected {}", before.saturating_add(1));
        findings.at(place.run.path_of(FileRole::Log), at.line, message);
    }
}
