use super::prelude::*;
use crate::audit::sizes;

check! {
    /// A few inputs were loaded with more bytes than the benchmark's.
    ///
    /// The device takes the first bytes of what it is sent, so that no figure changes; but the file is not the official
    /// one.
    ///
    /// Help: compare the file with that of the official data set; it may have been changed by a transfer in text mode.
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
    // Other wrong sizes are a finding of their own.
    let right = run.inferences().iter().find(|one| one.bytes == Some(expected)).filter(|_| wrong.is_empty());
    found.or_pass(right.map(|first| view.at(FileRole::Log, first.line)))
}
