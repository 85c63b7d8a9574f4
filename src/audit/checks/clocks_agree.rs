use super::prelude::*;
use crate::audit::metrics::clocks::Clocks;

check! {
    /// The device's clock and the host's clock measure the same time.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "clocks-agree", Performance, Error, Figure(check),
    affects: [Throughput],
    needs: [
        device_clock_disagrees_with_host, evidence_missing, file_missing, firmware_for_another_mode,
        mode_disagrees_with_folder, session_in_single_mode, session_whole, window_count, windows_counted,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    if view.log().is_none() {
        return view.unknown(FileRole::Log, 0, "there is no log");
    }
    let Some(first) = view.run.windows.first() else {
        return view.unknown(FileRole::Log, 0, "there are no windows");
    };
    let Some(clocks) = Clocks::new(view.run, view.round) else {
        return view.unknown(FileRole::Log, first.line, "a window is not timed by both clocks");
    };
    let tolerances = &view.round.tolerances;
    if clocks.longer() > tolerances.clock_fraction || clocks.longer() < -tolerances.clock_short_fraction {
        let Clocks { device_s, host_s, .. } = clocks;
        let why = format!("the windows last {device_s:.3} s by the device's clock and {host_s:.3} s by the host's");
        return view.unknown(FileRole::Log, first.line, why);
    }
    Outcome::Pass(view.at(FileRole::Log, first.line))
}
