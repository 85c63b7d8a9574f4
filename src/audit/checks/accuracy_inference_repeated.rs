use super::prelude::*;

check! {
    /// An input of the accuracy run is inferred more than once, or after a warm-up.
    ///
    /// The accuracy run infers every input once, without a warm-up. Repeated inferences of one input may average out or
    /// cache what a single inference would show.
    ///
    /// Help: run the accuracy mode with one inference and no warm-up (`infer 1 0`).
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; the accuracy scripts of both runners.
    "accuracy-inference-repeated", Accuracy, Warning, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // The rule `mode-disagrees-with-folder` reports a run in another mode.
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
            finding.note(format!("{} of {} inferences are repeated or warmed up", others + 1, log.inferences.len()));
        }
    }
    found.or_pass(log.inferences.first().map(|first| view.at(FileRole::Log, first.line)))
}
