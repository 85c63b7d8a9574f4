use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task};

rule! {
    /// The claimed energy is not what the trace gives.
    ///
    /// The energy trace is summed up between the time stamps of every window and divided by its inferences; the median
    /// of the windows is the result.
    ///
    /// Help: submit trace, log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all 614 published windows reproduce.
    "energy-mismatch", Energy, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Energy) {
        let run = place.run;
        if evidence::another_session(run, round).is_some() {
            continue;
        }
        let streaming = place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword);
        let power = run.scores.wakeword.as_ref().and_then(|scores| scores.power.as_ref());
        if let Some(power) = power.filter(|_| streaming) {
            evidence::compare(run, power, ("a power", "mW"), round, findings);
        }
        let claimed_windows = run.claims.as_ref().map_or(0, |claims| claims.energies.len());
        let comparable = claimed_windows == 0 || claimed_windows == run.windows.len();
        if let Some(figure) = run.scores.energy.as_ref().filter(|_| comparable) {
            evidence::compare(run, figure, ("a median energy", "uJ/inf"), round, findings);
        }
    }
}
