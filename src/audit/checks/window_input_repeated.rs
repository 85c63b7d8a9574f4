use std::collections::BTreeSet;

use super::prelude::*;

check! {
    /// Two timed windows use the same input.
    ///
    /// Every window must use a different input, so that no single input decides the score.
    ///
    /// Help: measure again with the first five inputs of the official list.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3.
    "window-input-repeated", Performance, Warning, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
    needs: [log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if view.is(Mode::Accuracy) || view.is_streaming() {
        return Outcome::NotApplicable;
    }
    let run = view.run;
    let mut seen = BTreeSet::new();
    let repeated = run
        .windows
        .iter()
        .enumerate()
        .find(|(_, window)| window.input.as_ref().is_some_and(|input| !seen.insert(input)));
    if let Some((index, window)) = repeated {
        let path = window.role.map_or(run.path.as_str(), |role| run.path_of(role));
        let input = window.input.as_deref().unwrap_or_default();
        found.at(path, window.line, format!("window {} uses `{input}` again", index + 1));
    }
    // A single input has nothing to be compared with.
    let named = run.windows.iter().find(|window| window.input.is_some()).filter(|_| seen.len() > 1);
    found.or_pass(named.and_then(|window| Some(view.at(window.role?, window.line))))
}
