use crate::judge::rule::{Findings, rule};
use crate::read::log::text::calendar_seconds;
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
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
    "session-started-otherwise", Evidence, Warning, check
}

const HALF_A_YEAR_S: f64 = 180.0 * 86_400.0;

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(log) = &place.run.log else { continue };
        let (Some(first), Some(session)) = (log.first_ms, &log.session) else { continue };
        // `20250803_210913`; stamps have no year.
        let parts = session.value.get(4..8).zip(session.value.get(9..15));
        let start = parts.and_then(|(date, time)| calendar_seconds(date.as_bytes(), time.as_bytes()));
        let Some(start_s) = start else { continue };
        let passed = first.value as f64 / 1000.0 - start_s as f64;
        let new_year = passed < -HALF_A_YEAR_S;
        if !new_year && !(0.0..=round.tolerances.session_start_seconds).contains(&passed) {
            let message = format!(
                "the first stamp is {passed:.0} s after the start of the session `{}`, expected 0 to {} s",
                session.value, round.tolerances.session_start_seconds
            );
            findings.at(place.run.path_of(FileRole::Log), first.line, message);
        }
    }
}
