use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The device was given inputs of another size than the benchmark's.
    ///
    /// Pre-processing is fixed in the closed division, and with it the size of an input.
    ///
    /// Help: load the inputs of the official data set, unchanged.
    ///
    /// Source: MLPerf Tiny rules, 7.1; mlcommons/tiny benchmark/evaluation/datasets.
    "input-size", Accuracy, Error, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.system.is_closed()) {
        let Some(expected) = place.spec(round).and_then(|spec| spec.input_bytes) else { continue };
        let wrong = place.run.inferences().iter().find(|one| one.bytes.is_some_and(|bytes| bytes != expected));
        if let Some(inference) = wrong {
            let bytes = inference.bytes.unwrap_or(0);
            let message = format!("{bytes} bytes were loaded for the inference, expected {expected}");
            findings.at(place.run.path_of(FileRole::Log), inference.line, message);
        }
    }
}
