use super::prelude::*;

check! {
    /// The log contains one complete session, from start to end, and can be read to its end.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "session-whole", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        evidence_missing, file_missing, file_unreadable, log_incomplete, log_malformed, runner_unrecognised,
        time_runs_back,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no readable log") };
    if let Some((role, reason)) = view.run.unread.first() {
        return view.unknown(*role, 0, reason.clone());
    }
    if let Some((role, damage)) = view.run.damage.first() {
        return view.unknown(*role, damage.line, damage.message.clone());
    }
    if let Some(damage) = log.damage.iter().chain(&log.summary.damage).next() {
        return view.unknown(FileRole::Log, damage.line, damage.message.clone());
    }
    if let Some(at) = log.time_runs_back {
        return view.unknown(FileRole::Log, at.line, "host time goes backwards");
    }
    match &log.session {
        None => view.unknown(FileRole::Log, 1, "the log does not show the start of its session"),
        Some(session) if log.starts != 1 => {
            view.unknown(FileRole::Log, session.line, format!("{} sessions start in one log", log.starts))
        }
        Some(_) if !log.closed => view.unknown(FileRole::Log, 0, "the log does not show the end of its session"),
        Some(session) => Outcome::Pass(view.at(FileRole::Log, session.line)),
    }
}
