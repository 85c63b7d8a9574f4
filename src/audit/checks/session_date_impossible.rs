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
    let Some(digits) = digits(&session.value) else { return Outcome::NotApplicable };
    let path = view.run.path_of(FileRole::Log);
    if date(&digits).is_none() {
        found.at(path, session.line, format!("the session `{}` is not named after a day and time", session.value));
    }
    found.or_pass(Some(view.at(FileRole::Log, session.line)))
}

/// Returns the 14 digits of a session that is named after a time: `20240322140235` of the EEMBC runner, `20250803_210913` of
/// the MLCommons runner.
fn digits(session: &str) -> Option<String> {
    let digits: String = session.chars().filter(|c| *c != '_').collect();
    (digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn date(digits: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%d%H%M%S", digits).ok().filter(|date| date.year() >= FIRST_YEAR)
}

/// Returns the time after which a session is named; `None` if it is named otherwise, or after no possible time.
pub(super) fn start_of(session: &str) -> Option<DateTime> {
    date(&digits(session)?)
}
