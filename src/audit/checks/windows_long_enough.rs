use super::prelude::*;

check! {
    /// Every window has at least the required length and number of inferences.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "windows-long-enough", Performance, Error, Figure(check),
    affects: [Throughput, Energy],
    needs: [
        energy_windows_misplaced, evidence_missing, file_missing, firmware_for_another_mode,
        mode_disagrees_with_folder, session_in_single_mode, session_whole, window_count, window_declared_invalid,
        window_too_few_inferences, window_too_short, windows_counted,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(first) = view.run.windows.first() else {
        return view.unknown(FileRole::Log, 0, "there are no windows");
    };
    let windows = &view.round.windows;
    for window in &view.run.windows {
        let role = window.role.unwrap_or(FileRole::Log);
        let Some(seconds) = window.seconds else {
            return view.unknown(role, window.line, "the length of a window is unknown");
        };
        if seconds < windows.min_seconds - 1e-9 || window.inferences < windows.min_inferences {
            let why = format!("a window lasts {seconds:.3} s and has {} inferences", window.inferences);
            return view.unknown(role, window.line, why);
        }
    }
    Outcome::Pass(view.at(first.role.unwrap_or(FileRole::Log), first.line))
}
