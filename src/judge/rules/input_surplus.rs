use crate::judge::rule::{Findings, rule};
use crate::judge::sizes;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A few inputs were loaded with more bytes than the benchmark's.
    ///
    /// The device takes the first bytes of what it is sent, so that no figure changes; but the file is not the official
    /// one.
    ///
    /// Help: compare the file with that of the official data set; it may have been changed by a transfer in text mode.
    ///
    /// Source: MLPerf Tiny rules, 7.1; mlcommons/tiny benchmark/evaluation/datasets.
    "input-surplus", Accuracy, Warning, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.system.is_closed()) {
        let Some(expected) = place.spec(round).and_then(|spec| spec.input_bytes) else { continue };
        let wrong = sizes::wrong(place.run, expected);
        if sizes::is_surplus(&wrong, place.run, expected) {
            sizes::report(findings, place.run, &wrong, expected);
        }
    }
}
