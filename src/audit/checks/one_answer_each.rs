use super::prelude::*;
use crate::round::{Target, Task};

check! {
    /// Every inference has exactly one output vector; in an accuracy run it has the right length and is not all zero.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "one-answer-each", Accuracy, Error, Figure(check),
    affects: [Throughput, Quality],
    needs: [evidence_missing, file_missing, input_missing, output_length, session_whole],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no log") };
    let Some(first) = log.inferences.first() else {
        return view.unknown(FileRole::Log, 0, "the log does not contain any inferences");
    };
    let length = spec.outputs.unwrap_or(0);
    for one in &log.inferences {
        let Some(outputs) = log.outputs_of(one).filter(|_| one.vectors == 1) else {
            let why = format!("the inference has {} output vectors", one.vectors);
            return view.unknown(FileRole::Log, one.line, why);
        };
        if !view.is(Mode::Accuracy) {
            continue;
        }
        // One system of the published rounds prints more numbers than classes; the runner uses the first ones.
        if outputs.len() < length.max(1) {
            let why = format!("the output vector has {} numbers, expected {length}", outputs.len());
            return view.unknown(FileRole::Log, one.line, why);
        }
        let ratio = spec.task == Task::Classification || matches!(spec.target, Target::Auc(_));
        if ratio && spec.task != Task::Anomaly && outputs.iter().all(|value| *value == 0.0) {
            return view.unknown(FileRole::Log, one.line, "the output vector is all zero");
        }
    }
    Outcome::Pass(view.at(FileRole::Log, first.line))
}
