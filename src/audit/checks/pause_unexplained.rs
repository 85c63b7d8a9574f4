use super::prelude::*;
use crate::parse::location::At;
use crate::round::Runner;

check! {
    /// A log pauses where nothing happens.
    ///
    /// A session is a sequence of commands, loads, warm-ups and inferences, without gaps. If a log pauses between them,
    /// the times of a window do not cover what the device did.
    ///
    /// Calibrated on 356 logs of four rounds: outside of loads, warm-ups and inferences, 280,000 pauses last at most
    /// 0.26 s, and 130,000 pauses before the first and after the second time stamp at most 0.07 s. From a command to the device's first line, 150,000 pauses last at most 2.4 s. In 112 windows of the
    /// MLCommons runner the next load starts within 1 s.
    ///
    /// Help: submit the log as the runner wrote it; if the host was suspended during the session, measure again.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them); the dialogue of all published sessions.
    "pause-unexplained", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: Unproven,
    needs: [firmware_for_another_mode, log_incomplete, mode_disagrees_with_folder, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log().filter(|_| !view.is(Mode::Accuracy) && !view.is_streaming()) else {
        return Outcome::NotApplicable;
    };
    let (path, limits) = (view.run.path_of(FileRole::Log), &view.round.timeline);
    // The MLCommons runner stamps whole seconds.
    let between = if log.runner == Runner::Mlcommons { limits.gap_seconds } else { limits.pause_seconds };
    let places = [
        (log.pauses.between, between, "between two steps of the session"),
        (log.pauses.command, limits.command_seconds, "from the command to the answer of the device"),
        // In energy mode the inferences follow, without time stamps of the device.
        (log.pauses.start.filter(|_| view.is(Mode::Performance)), limits.stamp_seconds, "before the first time stamp"),
        (log.pauses.stop, limits.stamp_seconds, "after the second time stamp"),
    ];
    for (pause, most, place) in places {
        let Some(At { value, line }) = pause else { continue };
        let seconds = value as f64 / 1000.0;
        if seconds > most {
            let message = format!("the log pauses for {seconds:.3} s {place}; at most {most} s expected");
            found.at(path, line, message).measured(seconds, most, "s");
        }
    }
    found.or_pass(log.pauses.between.map(|longest| view.at(FileRole::Log, longest.line)))
}
