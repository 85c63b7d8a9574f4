use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The log commands one number of inferences and shows another.
    ///
    /// The device repeats the number it was told, and the runner prints it; throughput and energy are divided by it.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: the reference firmware prints `m-infer-start-N`; all published logs agree.
    "inference-count-contradicted", Evidence, Error, check, needs evidence
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let wrong = place
            .run
            .inferences()
            .iter()
            .find(|one| one.echoed_iterations.is_some_and(|echoed| echoed != one.iterations));
        if let Some(inference) = wrong {
            let echoed = inference.echoed_iterations.unwrap_or(0);
            let message = format!("{} inferences are commanded, {echoed} are shown", inference.iterations);
            findings.at(place.run.path_of(FileRole::Log), inference.line, message);
        }
    }
}
