use super::prelude::*;
use crate::audit::metrics::median::median;
use crate::model::Run;

check! {
    /// The device is as fast in the energy run as in the performance run.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "speed-of-performance-run", Energy, Error, Figure(check),
    affects: [Energy],
    needs: [
        energy_run_of_another_speed, evidence_missing, file_missing, inference_count_contradicted, run_missing,
        session_whole, trace_whole, window_count, windows_counted,
    ],
    needs_performance: [
        device_clock_disagrees_with_host, file_missing, firmware_for_another_mode, log_malformed,
        mode_disagrees_with_folder, results_json_disagrees_with_log, session_in_single_mode, session_whole,
        throughput_mismatch, window_count, windows_counted,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let rate = |run: &Run| {
        let rates: Option<Vec<f64>> = run
            .windows
            .iter()
            .map(|window| window.seconds.filter(|seconds| *seconds > 0.0).map(|s| window.inferences as f64 / s))
            .collect();
        rates.and_then(median)
    };
    let (Some(here), Some(there)) = (rate(view.run), view.performance_run().and_then(rate)) else {
        return view.unknown(view.samples(), 0, "the energy run or the performance run does not show a speed");
    };
    if (here / there - 1.0).abs() <= view.round.tolerances.speed_limit_fraction {
        return Outcome::Pass(view.at(view.samples(), 0));
    }
    let why = format!("the energy run has {here:.3} inf/s, the performance run {there:.3} inf/s");
    view.unknown(view.samples(), 0, why)
}
