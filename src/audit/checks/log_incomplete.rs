use super::prelude::*;

check! {
    /// A log does not run from the start of its session to the end.
    ///
    /// Both runners close their logs; one that stops earlier was half copied, cut, or its run was ended. What else does not
    /// fit follows from it.
    ///
    /// Help: copy the whole log of the session the results come from.
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
        found.at(path, 1, "the log does not show the start of its session, so it is not the whole log");
    } else if !log.closed {
        found.at(path, 0, "the log does not show the end of its session, so it is not the whole log");
    }
    found.or_pass(log.session.as_ref().map(|session| view.at(FileRole::Log, session.line)))
}
