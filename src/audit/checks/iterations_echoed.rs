use super::prelude::*;
use crate::round::Runner;

check! {
    /// The device echoes the commanded numbers of inferences and warm-ups.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "iterations-echoed", Performance, Error, Figure(check),
    affects: [Throughput, Energy],
    needs: [
        evidence_missing, file_missing, firmware_for_another_mode, inference_count_contradicted,
        mode_disagrees_with_folder, session_in_single_mode, session_whole, window_count, window_too_few_inferences,
        windows_counted,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let inferences = view.run.inferences();
    let Some(first) = inferences.first() else {
        return view.unknown(FileRole::Log, 0, "the log does not contain any inferences");
    };
    let eembc = view.run.runner == Some(Runner::Eembc);
    let needs_echo = eembc || view.is(Mode::Performance);
    for one in inferences {
        if needs_echo && one.echoed_iterations != Some(one.iterations) {
            let why = format!("the device does not echo the commanded {} inferences", one.iterations);
            return view.unknown(FileRole::Log, one.line, why);
        }
        if eembc && one.echoed_warmups.is_some_and(|echoed| echoed != one.warmups) {
            return view.unknown(
                FileRole::Log,
                one.line,
                "the device echoes a number of warm-ups that differs from the commanded one",
            );
        }
    }
    Outcome::Pass(view.at(FileRole::Log, first.line))
}
