use super::prelude::*;
use crate::round::Runner;

check! {
    /// Every inference has exactly two device timestamps; those of a window also have a host time.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "laps-paired", Performance, Error, Figure(check),
    affects: [Throughput, Quality],
    needs: [
        evidence_missing, file_missing, firmware_for_another_mode, mode_disagrees_with_folder, output_length,
        results_json_disagrees_with_log, sequence_broken, session_in_single_mode, session_whole, window_count,
        windows_counted,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no log") };
    let Some(first) = log.inferences.first() else {
        return view.unknown(FileRole::Log, 0, "the log does not contain any inferences");
    };
    let accuracy = view.is(Mode::Accuracy);
    for one in &log.inferences {
        let whole = match log.runner {
            Runner::Eembc => one.stamps == 2 && (accuracy || one.host_ms().is_some()),
            Runner::Mlcommons if accuracy => one.elapsed_s.is_some(),
            Runner::Mlcommons => one.elapsed_s.is_some() && one.begin_host_ms.is_some() && one.done_host_ms.is_some(),
        };
        if !whole {
            let why = format!("the inferences have {} device timestamps, or their host time is missing", one.stamps);
            return view.unknown(FileRole::Log, one.line, why);
        }
    }
    Outcome::Pass(view.at(FileRole::Log, first.line))
}
