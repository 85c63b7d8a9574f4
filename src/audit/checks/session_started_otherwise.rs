use super::prelude::*;
use crate::parse::text::calendar_seconds;

check! {
    /// The first time stamp of a log does not match the start of its session.
    ///
    /// The MLCommons runner names a session after its start time and stamps the first line seconds later. Stamps of
    /// another time belong to another session.
    ///
    /// Calibrated on 62 logs of a published round: the first stamp comes 2 to 11 s after the start. A log of another
    /// session is found if its first stamp is earlier than the start or more than five minutes after it.
    ///
    /// Help: submit the log as the runner wrote it, unedited.
    ///
    /// Source: MLPerf Tiny rules, 2.3; the MLCommons runner's output.
    "session-started-otherwise", Evidence, Warning, Run(check)
}

const HALF_A_YEAR_S: f64 = 180.0 * 86_400.0;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let stamped = view.log().and_then(|log| log.first_ms.zip(log.session.as_ref()));
    let Some((first, session)) = stamped else { return Outcome::NotApplicable };
    // A session is named like `20250803_210913`; stamps do not have a year.
    let parts = session.value.get(4..8).zip(session.value.get(9..15));
    let start = parts.and_then(|(date, time)| calendar_seconds(date.as_bytes(), time.as_bytes()));
    let Some(start_s) = start else { return Outcome::NotApplicable };
    let passed = first.value as f64 / 1000.0 - start_s as f64;
    let new_year = passed < -HALF_A_YEAR_S;
    if new_year {
        return Outcome::NotApplicable;
    }
    let most = view.round.tolerances.session_start_seconds;
    if !(0.0..=most).contains(&passed) {
        let message = format!(
            "the first time stamp is {passed:.0} s after the start of session `{}`, expected 0 to {most} s",
            session.value
        );
        let limit = if passed < 0.0 { 0.0 } else { most };
        found.at(view.run.path_of(FileRole::Log), first.line, message).measured(passed, limit, "s");
    }
    found.or_pass(view.at(FileRole::Log, first.line))
}
