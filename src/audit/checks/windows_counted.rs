use super::prelude::*;

check! {
    /// The run has exactly as many windows as the round requires.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "windows-counted", Performance, Error, Figure(check),
    affects: [Throughput, Energy],
    needs: [
        energy_windows_misplaced, evidence_missing, file_missing, firmware_for_another_mode, log_of_another_session,
        mode_disagrees_with_folder, results_json_disagrees_with_log, session_in_single_mode, session_whole,
        window_count, window_input_repeated,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let (windows, inferences) = (view.run.windows.len(), view.run.inferences().len());
    let wanted = view.round.windows.count;
    if windows != wanted || inferences != wanted {
        let why = format!("there are {windows} windows and {inferences} inferences, expected {wanted} of each");
        return view.unknown(FileRole::Log, 0, why);
    }
    let claimed = view.claims().map_or(0, |claims| claims.windows.len().max(claims.energies.len()));
    if claimed != 0 && claimed != wanted {
        let why = format!("results.txt shows {claimed} windows, expected {wanted}");
        return view.unknown(FileRole::Results, 0, why);
    }
    Outcome::Pass(view.at(FileRole::Log, view.run.inferences()[0].line))
}
