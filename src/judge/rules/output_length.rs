use crate::judge::metrics::answers;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// An accuracy run's output vector has the wrong length.
    ///
    /// Every benchmark has a fixed number of outputs: twelve words, ten classes, two classes, one anomaly score.
    ///
    /// Help: let the firmware print one number per class of the reference model.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets; the reference models.
    "output-length", Accuracy, Error, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let run = place.run;
        let Some(expected) = place.spec(round).and_then(|spec| spec.outputs) else { continue };
        if let Some(log) = &run.log {
            let wrong = log.inferences.iter().filter(|one| log.outputs_of(one).map_or(0, <[f64]>::len) != expected);
            let count = wrong.clone().count();
            if let Some(first) = wrong.clone().next() {
                let line = first.outputs.map_or(first.line, |outputs| outputs.line);
                let length = log.outputs_of(first).map_or(0, <[f64]>::len);
                let message = format!("the output vector has {length} numbers, expected {expected}");
                let finding = findings.at(run.path_of(FileRole::Log), line, message);
                if count > 1 {
                    finding.note(format!("{count} of {} inferences are so", log.inferences.len()));
                }
            }
        } else if let Some(wrong) = answers(run).iter().find(|answer| answer.outputs.len() != expected) {
            let message = format!(
                "the output vector of `{}` has {} numbers, expected {expected}",
                wrong.input,
                wrong.outputs.len()
            );
            findings.at(run.path_of(FileRole::Json), 1, message);
        }
    }
}
