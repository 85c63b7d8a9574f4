use super::prelude::*;
use crate::audit::sizes;

check! {
    /// The inputs sent to the device do not have the benchmark's size.
    ///
    /// The closed division fixes the pre-processing and thus the size of an input.
    ///
    /// Help: load the inputs of the official data set, unchanged.
    ///
    /// Source: MLPerf Tiny rules, 7.1; mlcommons/tiny benchmark/evaluation/datasets.
    "input-size", Accuracy, Error, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(expected) = view.spec.filter(|_| view.is_closed()).and_then(|spec| spec.input_bytes) else {
        return Outcome::NotApplicable;
    };
    let run = view.run;
    let wrong = sizes::wrong(run, expected);
    if !sizes::is_surplus(&wrong, run, expected) {
        sizes::report(&mut found, run, &wrong, expected);
    }
    let right = run.inferences().iter().find(|one| one.bytes == Some(expected));
    found.or_pass(right.map(|first| view.at(FileRole::Log, first.line)))
}
