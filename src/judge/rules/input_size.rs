use crate::judge::rule::{Findings, rule};
use crate::judge::sizes;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// The device was given inputs of another size than the benchmark's.
    ///
    /// Pre-processing is fixed in the closed division, and with it the size of an input.
    ///
    /// Help: load the inputs of the official data set, unchanged.
    ///
    /// Source: MLPerf Tiny rules, 7.1; mlcommons/tiny benchmark/evaluation/datasets.
    "input-size", Accuracy, Error, check, needs evidence, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.system.is_closed()) {
        let Some(expected) = place.spec(round).and_then(|spec| spec.input_bytes) else { continue };
        let wrong = sizes::wrong(place.run, expected);
        if !sizes::is_surplus(&wrong, place.run, expected) {
            sizes::report(findings, place.run, &wrong, expected);
        }
    }
}
