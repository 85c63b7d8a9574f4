use super::prelude::*;

check! {
    /// A timed window has fewer inferences than required.
    ///
    /// Every window must have at least ten inferences, so that one outlier does not decide its figure.
    ///
    /// Help: raise the number of inferences per window and measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("a minimum of 10 seconds and 10 iterations").
    "window-too-few-inferences", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
    needs: [mode_disagrees_with_folder, results_json_disagrees_with_log],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if view.is(Mode::Accuracy) || view.is_streaming() {
        return Outcome::NotApplicable;
    }
    let (run, minimum) = (view.run, view.round.windows.min_inferences);
    // A window of a trace without inferences has lost a stamp, which another check reports.
    let mut counted = run.windows.iter().enumerate().filter(|(_, window)| window.inferences > 0);
    let first = counted.clone().next();
    if let Some((index, window)) = counted.find(|(_, window)| window.inferences < minimum) {
        let path = window.role.map_or(run.path.as_str(), |role| run.path_of(role));
        let message = format!("window {} has {} inferences; at least {minimum} required", index + 1, window.inferences);
        found.at(path, window.line, message).measured(window.inferences as f64, minimum as f64, "");
    }
    found.or_pass(first.and_then(|(_, window)| Some(view.at(window.role?, window.line))))
}
