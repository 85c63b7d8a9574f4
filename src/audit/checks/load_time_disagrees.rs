use super::prelude::*;
use crate::parse::location::At;

check! {
    /// The stated duration of a load differs from its time stamps.
    ///
    /// The runner prints how long the load of an input took; the time stamps of the log give the same duration. If they
    /// differ, time stamps or lines of the log were changed.
    ///
    /// Calibrated on 65,131 loads of 356 logs: they differ by at most 0.024 s.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them); all published sessions.
    "load-time-disagrees", Evidence, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(At { value: (stated, measured), line }) = view.log().and_then(|log| log.load_time) else {
        return Outcome::NotApplicable;
    };
    let (stated, measured) = (stated as f64 / 1000.0, measured as f64 / 1000.0);
    let most = view.round.timeline.load_seconds;
    if (stated - measured).abs() > most {
        let message = format!("the load is stated to take {stated:.3} s, the time stamps give {measured:.3} s");
        found.at(view.run.path_of(FileRole::Log), line, message).measured(stated, measured, "s");
    }
    found.or_pass(Some(view.at(FileRole::Log, line)))
}
