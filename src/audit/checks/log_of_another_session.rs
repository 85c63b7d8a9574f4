use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::round::Runner;

check! {
    /// results.txt and the log are from different sessions: results.txt was not written when the log ended.
    ///
    /// The EEMBC runner stamps both files with the same clock and writes the results right after the log ends; the
    /// MLCommons runner repeats the stamped results at the end of its log. If the timestamps do not fit, the two files
    /// are from different sessions, and the log does not prove the claim.
    ///
    /// Help: submit the log and the results of the same session.
    ///
    /// Source: MLPerf Tiny rules, 5.1; in 680 of 694 published pairs the results follow within a second.
    "log-of-another-session", Evidence, Error, Run(check),
    affects: every,
    needs: [log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(claims), Some(log)) = (view.claims(), view.log()) else { return Outcome::NotApplicable };
    if let Some((line, message)) = another_session(view.run, view.round) {
        found.at(view.run.path_of(FileRole::Results), line, message);
    }
    let comparable = match log.runner {
        Runner::Eembc => log.end_ms.is_some(),
        Runner::Mlcommons => log.summary.first_stamp.is_some(),
    };
    let stamp = claims.first_stamp.filter(|_| comparable && claims.runner == Some(log.runner));
    found.or_pass(stamp.map(|stamp| view.at(FileRole::Results, stamp.line)))
}
