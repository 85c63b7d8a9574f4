use super::prelude::*;
use crate::audit::sizes;

check! {
    /// A few inputs have more bytes than the benchmark's input size.
    ///
    /// The device uses only the first bytes, so the figures do not change, but the file is not the official one.
    ///
    /// Help: compare the file with the one in the official data set; a transfer in text mode may have changed it.
    ///
    /// Source: MLPerf Tiny rules, 7.1; mlcommons/tiny benchmark/evaluation/datasets.
    "input-surplus", Accuracy, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(expected) = view.spec.filter(|_| view.is_closed()).and_then(|spec| spec.input_bytes) else {
        return Outcome::NotApplicable;
    };
    let run = view.run;
    let wrong = sizes::wrong(run, expected);
    if sizes::is_surplus(&wrong, run, expected) {
        sizes::report(&mut found, run, &wrong, expected);
    }
    // The rule `input-size` reports other wrong sizes.
    let right = run.inferences().iter().find(|one| one.bytes == Some(expected)).filter(|_| wrong.is_empty());
    found.or_pass(right.map(|first| view.at(FileRole::Log, first.line)))
}
