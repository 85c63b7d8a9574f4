use super::prelude::*;

check! {
    /// results.txt claims two different values of one figure.
    ///
    /// The official checker takes the last one, a reader sees the first.
    ///
    /// Help: submit results.txt as the runner wrote it, of one session.
    ///
    /// Source: `submission_checker.py`; both runners print a figure once.
    "claim-contradicted", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let path = view.run.path_of(FileRole::Results);
    for (earlier, later) in view.claims().into_iter().flat_map(|claims| &claims.contradicted) {
        let message = format!("the {} claimed here is claimed otherwise in a later line", earlier.value);
        found.at(path, earlier.line, message).label("claimed here").also(path, *later, "and otherwise here");
    }
    found.or_pass(claimed(view))
}

/// Where results.txt claims the figure of the run; all of it where it claims several or another.
pub(super) fn claimed(view: &RunView<'_>) -> Option<Place> {
    view.claims().filter(|claims| !claims.is_empty())?;
    let claim = view.figure().and_then(|figure| figure.claimed.as_ref());
    Some(view.at(FileRole::Results, claim.map_or(0, |claim| claim.line)))
}
