use super::prelude::*;

check! {
    /// The runner itself reports that a run is not valid.
    ///
    /// It prints an error when there are not five windows, when they are too short, or when the energy monitor lost
    /// samples; some errors are only in its log.
    ///
    /// Help: correct what the runner reports, and measure again.
    ///
    /// Source: the error messages of both runners ("ERROR 1", "Not valid for submission", `e-[…]`).
    "runner-error-reported", Evidence, Error, Run(check),
    affects: every,
    fails: NotByTheRules,
    needs: [firmware_for_another_mode, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let claims = view.claims().map(|claims| (FileRole::Results, claims));
    let summary = view.log().map(|log| (FileRole::Log, &log.summary));
    let mut both = claims.into_iter().chain(summary);
    if let Some((role, error)) = both.find_map(|(role, claims)| Some((role, claims.runner_errors.first()?))) {
        found.at(view.run.path_of(role), error.line, format!("the runner reports `{}`", error.value));
    }
    // The log has every error, results.txt only some.
    found.or_pass(summary.or(claims).map(|(role, _)| view.at(role, 0)))
}
