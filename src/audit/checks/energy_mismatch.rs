use super::prelude::*;
use crate::audit::evidence::{another_session, compare};

check! {
    /// The claimed energy differs from the recomputed one.
    ///
    /// The samples of the energy trace between the time stamps of a window are summed up and divided by its inferences;
    /// the median of the windows is the result.
    ///
    /// Help: submit trace, log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all 614 published windows are reproduced.
    "energy-mismatch", Energy, Error, Run(check),
    affects: [Energy, Wakeword],
    compares: true,
    needs: [
        energy_windows_misplaced, log_incomplete, mode_disagrees_with_folder, session_in_single_mode, window_count,
    ],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    if !view.is(Mode::Energy) || another_session(run, view.round).is_some() {
        return Outcome::NotApplicable;
    }
    let power = run.scores.wakeword.as_ref().and_then(|scores| scores.power.as_ref());
    let claimed_windows = view.claims().map_or(0, |claims| claims.energies.len());
    let comparable = claimed_windows == 0 || claimed_windows == run.windows.len();
    let figures = [
        (power.filter(|_| view.is_streaming()), ("a power", "mW")),
        (run.scores.energy.as_ref().filter(|_| comparable), ("a median energy", "uJ/inf")),
    ];
    let mut shown = None;
    for (figure, words) in figures {
        let Some(figure) = figure.filter(|figure| figure.recomputed.is_some()) else { continue };
        compare(view, figure, words, &mut found);
        shown = shown.or(figure.claimed.as_ref());
    }
    found.or_pass(shown.map(|claimed| view.at(FileRole::Results, claimed.line)))
}
