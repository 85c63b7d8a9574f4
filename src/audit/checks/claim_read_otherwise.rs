use super::claim_contradicted::claimed;
use super::prelude::*;
use crate::audit::evidence::read_otherwise;

check! {
    /// The official tool may read another figure than the one claimed.
    ///
    /// Its patterns take a figure from anywhere in a line, behind a bare carriage return, with digits of any script, and
    /// of several the last one. A results.txt in which a second text stands where a figure could be read claims two.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: `submission_checker.py` (behaviour); no published results.txt has such a line.
    "claim-read-otherwise", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(claims) = view.claims().filter(|claims| claims.contradicted.is_empty()) else {
        return Outcome::NotApplicable;
    };
    let Some((line, text, own)) = read_otherwise(claims) else { return found.or_pass(claimed(view)) };
    // A line that does not read is another check's finding.
    if claims.damage.iter().any(|damage| damage.line == line) {
        return Outcome::NotApplicable;
    }
    let message = format!("the official tool may read `{text}` here, the claim is {own}");
    found.at(view.run.path_of(FileRole::Results), line, message);
    found.or_pass(claimed(view))
}
