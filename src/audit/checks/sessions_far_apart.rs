use super::prelude::*;
use super::session_date_impossible::start_of;

check! {
    /// The sessions of a result were measured long apart.
    ///
    /// Accuracy, performance and energy of a result are of one system and one build. Sessions that are months apart may be
    /// of different builds.
    ///
    /// Calibrated on 156 results of four rounds: their sessions are at most 23 days apart.
    ///
    /// Help: check that all sessions are of the same build; if they are, say so in the README, otherwise measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3 and 5.1.
    "sessions-far-apart", Evidence, Note, Result(check)
}

/// Most days between two sessions.
const MOST_DAYS: i32 = 60;

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let dated = view.benchmark.runs.values().filter_map(|run| {
        let session = run.log.as_ref()?.session.as_ref()?;
        Some((start_of(&session.value)?.date(), run, session.line))
    });
    let mut dated: Vec<_> = dated.collect();
    dated.sort_by_key(|(date, ..)| *date);
    let [(first, early, early_line), .., (last, late, late_line)] = &dated[..] else { return Outcome::NotApplicable };
    let days = (*last - *first).get_days();
    if days > MOST_DAYS {
        let message =
            format!("the {} run is of {first}, the {} run of {last}, {days} days later", early.mode, late.mode);
        let finding = found.at(late.path_of(FileRole::Log), *late_line, message);
        finding.label("the last session").also(early.path_of(FileRole::Log), *early_line, "the first session");
    }
    found.or_pass(Some(Place::new(late.path_of(FileRole::Log), *late_line)))
}
