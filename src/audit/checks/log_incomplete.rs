use super::prelude::*;

check! {
    /// A log does not cover its session from start to end.
    ///
    /// Both runners close their logs. A log that ends earlier was copied only in part or cut, or the run was aborted.
    /// Other mismatches follow from that.
    ///
    /// Help: copy the whole log of the session that the results come from.
    ///
    /// Source: the logs both runners write; one of 718 published logs is cut off.
    "log-incomplete", Evidence, Error, Run(check),
    affects: every,
    fails: Unproven,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log() else { return Outcome::NotApplicable };
    let path = view.run.path_of(FileRole::Log);
    if log.session.is_none() {
        found.at(path, 1, "the log is not complete: the start of the session is missing");
    } else if !log.closed {
        found.at(path, 0, "the log is not complete: the end of the session is missing");
    }
    found.or_pass(log.session.as_ref().map(|session| view.at(FileRole::Log, session.line)))
}
