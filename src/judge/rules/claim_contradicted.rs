use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// results.txt claims two different values of one figure.
    ///
    /// The official checker takes the last one, a reader sees the first.
    ///
    /// Help: submit results.txt as the runner wrote it, of one session.
    ///
    /// Source: `submission_checker.py`; both runners print a figure once.
    "claim-contradicted", Evidence, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        for (earlier, later) in place.run.claims.iter().flat_map(|claims| &claims.contradicted) {
            let path = place.run.path_of(FileRole::Results);
            let message = format!("the {} claimed here is claimed otherwise in a later line", earlier.value);
            findings.at(path, earlier.line, message).label("claimed here").also(path, *later, "and otherwise here");
        }
    }
}
