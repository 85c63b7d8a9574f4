use super::prelude::*;
use crate::audit::metrics::answers;
use crate::parse::log::Inference;

check! {
    /// An accuracy run's output vector has the wrong length.
    ///
    /// Every benchmark has a fixed number of outputs: twelve words, ten classes, two classes, one anomaly score.
    ///
    /// Help: make the firmware print one number per class of the reference model.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets; the reference models.
    "output-length", Accuracy, Error, Run(check),
    affects: [Throughput, Quality],
    needs: [log_incomplete, log_malformed, mode_disagrees_with_folder],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let Some(expected) = view.spec.and_then(|spec| spec.outputs).filter(|_| view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    let Some(log) = view.log() else {
        let answers = answers(run);
        if let Some(wrong) = answers.iter().find(|answer| answer.outputs.len() != expected) {
            let (input, length) = (wrong.input, wrong.outputs.len());
            let message = format!("the output vector of `{input}` has {length} numbers, expected {expected}");
            found.at(run.path_of(FileRole::Json), 1, message).measured(length as f64, expected as f64, "");
        }
        return found.or_pass(answers.first().map(|_| view.at(FileRole::Json, 1)));
    };
    let length = |one: &Inference| log.outputs_of(one).map_or(0, <[f64]>::len);
    let line = |one: &Inference| one.outputs.map_or(one.line, |outputs| outputs.line);
    let mut wrong = log.inferences.iter().filter(|one| length(one) != expected);
    if let Some(first) = wrong.next() {
        let length = length(first);
        let message = format!("the output vector has {length} numbers, expected {expected}");
        let finding = found.at(run.path_of(FileRole::Log), line(first), message);
        finding.measured(length as f64, expected as f64, "");
        let count = 1 + wrong.count();
        if count > 1 {
            finding.note(format!(
                "the output vectors of {count} of {} inferences have the wrong length",
                log.inferences.len()
            ));
        }
    }
    found.or_pass(log.inferences.first().map(|first| view.at(FileRole::Log, line(first))))
}
