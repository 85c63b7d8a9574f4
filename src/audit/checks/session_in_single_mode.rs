use super::prelude::*;
use crate::round::Runner;

check! {
    /// A session was run in single mode, which measures only one window.
    ///
    /// The EEMBC runner's single mode runs one input and does not print a median. A result is the median of five
    /// windows.
    ///
    /// Help: select the median mode (`bmark`) in the runner and measure again.
    ///
    /// Source: MLPerf Tiny rules, 5.3; the EEMBC runner's `runMode`.
    "session-in-single-mode", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log().filter(|log| log.runner == Runner::Eembc) else { return Outcome::NotApplicable };
    // Where results of several sessions were put together, `window-count` reports the number of windows.
    let claimed = view.claims().map_or(0, |claims| claims.windows.len().max(claims.energies.len()));
    if let Some(at) = log.single_mode.filter(|_| view.run.windows.len().max(claimed) <= 1) {
        let required = view.round.windows.count;
        let message = format!("the session was run in single mode and has one window; {required} required");
        found.at(view.run.path_of(FileRole::Log), at.line, message).measured(1.0, required as f64, "");
    }
    let other = log.mode.filter(|_| log.single_mode.is_none());
    found.or_pass(other.map(|mode| view.at(FileRole::Log, mode.line)))
}
