use super::prelude::*;
use crate::audit::evidence::{another_session, compare};

check! {
    /// The claimed throughput differs from the recomputed one.
    ///
    /// The throughput is recomputed from the device's time stamps in the log, or from results.json: inferences per
    /// second in each window, then the median of the windows.
    ///
    /// Help: submit the log and the results of the same session, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3.
    "throughput-mismatch", Performance, Error, Run(check),
    affects: [Throughput, Energy, Wakeword],
    compares: true,
    needs: [
        energy_windows_misplaced, firmware_for_another_mode, log_incomplete, mode_disagrees_with_folder,
        results_json_disagrees_with_log, session_in_single_mode, window_count,
    ],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let Some(figure) = run.scores.throughput.as_ref().filter(|_| !view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    let claimed_windows = view.claims().map_or(0, |claims| claims.windows.len());
    let comparable = claimed_windows == 0 || claimed_windows == run.windows.len();
    if !comparable || figure.recomputed.is_none() || another_session(run, view.round).is_some() {
        return Outcome::NotApplicable;
    }
    compare(view, figure, ("a median throughput", "inf/s"), &mut found);
    found.or_pass(figure.claimed.as_ref().map(|claimed| view.at(FileRole::Results, claimed.line)))
}
