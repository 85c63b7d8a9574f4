use super::prelude::*;

check! {
    /// A log is not in the format of a known runner.
    ///
    /// Results count only when measured with the EEMBC or the MLCommons runner, whose logs are easy to recognise.
    ///
    /// Help: add the log that the runner wrote, unedited.
    ///
    /// Source: MLPerf Tiny rules, 5.1.
    "runner-unrecognised", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let damaged = run.damage.iter().any(|(role, _)| *role == FileRole::Log);
    let unread = run.unread.iter().any(|(role, _)| *role == FileRole::Log);
    if run.has(FileRole::Log) && run.log.is_none() && !damaged && !unread {
        found.at(run.path_of(FileRole::Log), 1, "the log is from neither the EEMBC nor the MLCommons runner");
    }
    let session = view.log().map(|log| log.session.as_ref().map_or(0, |session| session.line));
    found.or_pass(session.map(|line| view.at(FileRole::Log, line)))
}
