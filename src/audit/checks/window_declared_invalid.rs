use super::prelude::*;

check! {
    /// The runner itself declared a window invalid.
    ///
    /// Below every window the runner prints whether it is long enough and has enough inferences.
    ///
    /// Help: raise the number of inferences per window and measure again.
    ///
    /// Source: both runners print it under every window; MLPerf Tiny Benchmark, 5.3.
    "window-declared-invalid", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
    needs: [window_too_short],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let windows = view.claims().map_or(&[][..], |claims| &claims.windows);
    let declared: Vec<_> =
        windows.iter().filter_map(|window| Some((window.number.value, window.declared_valid?))).collect();
    if let Some((number, invalid)) = declared.iter().find(|(_, declared)| !declared.value) {
        let message = format!("the runner says that window {number} is not valid");
        found.at(view.run.path_of(FileRole::Results), invalid.line, message);
    }
    found.or_pass(declared.first().map(|(_, first)| view.at(FileRole::Results, first.line)))
}
