use jiff::civil::DateTime;

use super::prelude::*;

check! {
    /// The date of a session is not one on which it can have been run.
    ///
    /// Runners name a session after the day and time at which it starts. A name that is not a day of the calendar, or a day
    /// before the benchmark existed, was not written by a runner.
    ///
    /// Calibrated on the sessions of four rounds: all are days of the calendar since 2021.
    ///
    /// Help: submit the log as the runner wrote it; if the clock of the host was wrong, say so in the README.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them).
    "session-date-impossible", Evidence, Warning, Run(check)
}

/// No runner is older.
const FIRST_YEAR: i16 = 2020;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(session) = view.log().and_then(|log| log.session.as_ref()) else { return Outcome::NotApplicable };
    // `20240322140235` of the EEMBC runner, `20250803_210913` of the MLCommons runner.
    let digits: String = session.value.chars().filter(|c| *c != '_').collect();
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Outcome::NotApplicable;
    }
    let path = view.run.path_of(FileRole::Log);
    let year = DateTime::strptime("%Y%m%d%H%M%S", &digits).map(DateTime::year);
    if !year.is_ok_and(|year| year >= FIRST_YEAR) {
        found.at(path, session.line, format!("the session `{}` is not named after a day and time", session.value));
    }
    found.or_pass(Some(view.at(FileRole::Log, session.line)))
}
