use crate::judge::evidence::read_otherwise;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The official tool may read another figure than the one claimed.
    ///
    /// Its patterns take a figure from anywhere in a line, behind a bare carriage return, with digits of any script, and
    /// of several the last one. A results.txt in which a second text stands where a figure could be read claims two.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: `submission_checker.py` (behaviour); no published results.txt has such a line.
    "claim-read-otherwise", Evidence, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(claims) = place.run.claims.as_ref().filter(|claims| claims.contradicted.is_empty()) else { continue };
        // A line that does not read is another rule's finding.
        let damaged = |line: u32| claims.damage.iter().any(|damage| damage.line == line);
        if let Some((line, found, own)) = read_otherwise(claims).filter(|(line, ..)| !damaged(*line)) {
            let message = format!("the official tool may read `{found}` here, the claim is {own}");
            findings.at(place.run.path_of(FileRole::Results), line, message);
        }
    }
}
