use super::prelude::*;

check! {
    /// results.txt claims two different values for one figure.
    ///
    /// The official checker uses the last one, but a reader sees the first.
    ///
    /// Help: submit the results.txt of one session, as the runner wrote it.
    ///
    /// Source: `submission_checker.py`; both runners print a figure once.
    "claim-contradicted", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let path = view.run.path_of(FileRole::Results);
    for (earlier, later) in view.claims().into_iter().flat_map(|claims| &claims.contradicted) {
        let message = format!("the {} claimed here has another value in a later line", earlier.value);
        found.at(path, earlier.line, message).label("claimed here").also(path, *later, "another value here");
    }
    found.or_pass(claimed(view))
}

/// Returns the line of results.txt that claims the figure of the run; the whole file if it claims several or other
/// figures.
pub(super) fn claimed(view: &RunView<'_>) -> Option<Place> {
    view.claims().filter(|claims| !claims.is_empty())?;
    let claim = view.figure().and_then(|figure| figure.claimed.as_ref());
    Some(view.at(FileRole::Results, claim.map_or(0, |claim| claim.line)))
}
