use super::claim_contradicted::claimed;
use super::prelude::*;
use crate::audit::evidence::differently_read;

check! {
    /// The official checker may read a figure other than the one claimed.
    ///
    /// It finds a figure anywhere in a line, also after a bare carriage return and in digits of any script. If there
    /// are several, it takes the last one. So a results.txt with a second text that can be read as a figure claims two
    /// figures.
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
    let Some((line, text, own)) = differently_read(claims) else { return found.or_pass(claimed(view)) };
    // The rule `log-malformed` reports a line that cannot be parsed.
    if claims.damage.iter().any(|damage| damage.line == line) {
        return Outcome::NotApplicable;
    }
    let message = format!("the official checker may read `{text}` here, the claim is {own}");
    found.at(view.run.path_of(FileRole::Results), line, message);
    found.or_pass(claimed(view))
}
