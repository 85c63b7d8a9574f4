use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round};

rule! {
    /// The claimed throughput is not what the evidence gives.
    ///
    /// The throughput is recomputed from the device's time stamps in the log, or from results.json: inferences over
    /// seconds in each window, and the median of the windows.
    ///
    /// Help: submit log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3.
    "throughput-mismatch", Performance, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        let run = place.run;
        let Some(figure) = &run.scores.throughput else { continue };
        let claimed_windows = run.claims.as_ref().map_or(0, |claims| claims.windows.len());
        let comparable = claimed_windows == 0 || claimed_windows == run.windows.len();
        if comparable && evidence::another_session(run, round).is_none() {
            evidence::compare(run, figure, ("a median throughput", "inf/s"), round, findings);
        }
    }
}
