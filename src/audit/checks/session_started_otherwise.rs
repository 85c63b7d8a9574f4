use super::prelude::*;
use crate::parse::text::calendar_seconds;

check! {
    /// The first stamp of a log does not follow the start of its session.
    ///
    /// The MLCommons runner names a session after its start and begins to stamp lines seconds later. Stamps of another time
    /// belong to another session.
    ///
    /// Calibrated on 62 logs of a published round: the first stamp follows after 2 to 11 s; a log
    /// of another session is found from five minutes.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: MLPerf Tiny rules, 2.3; the MLCommons runner's output.
    "session-started-otherwise", Evidence, Warning, Run(check)
}

const HALF_A_YEAR_S: f64 = 180.0 * 86_400.0;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let stamped = view.log().and_then(|log| log.first_ms.zip(log.session.as_ref()));
    let Some((first, session)) = stamped else { return Outcome::NotApplicable };
    // `20250803_210913`; stamps have no year.
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
            "the first stamp is {passed:.0} s after the start of the session `{}`, expected 0 to {most} s",
            session.value
        );
        let limit = if passed < 0.0 { 0.0 } else { most };
        found.at(view.run.path_of(FileRole::Log), first.line, message).measured(passed, limit, "s");
    }
    found.or_pass(view.at(FileRole::Log, first.line))
}
