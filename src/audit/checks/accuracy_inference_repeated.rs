use super::prelude::*;

check! {
    /// An input of the accuracy run is inferred more than once, or after a warm-up.
    ///
    /// The accuracy run infers every input once and cold. Repetitions on one input may average away or cache what a
    /// single inference would show.
    ///
    /// Help: run the accuracy mode with one inference and no warm-up (`infer 1 0`).
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; the accuracy scripts of both runners.
    "accuracy-inference-repeated", Accuracy, Warning, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // A run that is no accuracy run at all is another check's finding.
    let is_accuracy = view.is(Mode::Accuracy);
    let Some(log) = view.log().filter(|log| is_accuracy && log.mode.is_none_or(|mode| mode.value == Mode::Accuracy))
    else {
        return Outcome::NotApplicable;
    };
    let mut repeated = log.inferences.iter().filter(|one| (one.iterations, one.warmups) != (1, 0));
    if let Some(first) = repeated.next() {
        let message = format!("`infer {} {}`, expected `infer 1 0`", first.iterations, first.warmups);
        let others = repeated.count();
        let finding = found.at(view.run.path_of(FileRole::Log), first.line, message);
        if others > 0 {
            finding.note(format!("{} of {} inferences are so", others + 1, log.inferences.len()));
        }
    }
    found.or_pass(log.inferences.first().map(|first| view.at(FileRole::Log, first.line)))
}
