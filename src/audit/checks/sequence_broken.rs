use super::prelude::*;
use crate::round::Runner;

check! {
    /// Commands are missing from a log or are out of order.
    ///
    /// The EEMBC runner numbers its commands. A number that does not follow the one before shows that lines were
    /// removed or inserted.
    ///
    /// Calibrated on 718 logs of six rounds: the numbers are contiguous in all of them.
    ///
    /// Help: submit the log as the runner wrote it, unedited.
    ///
    /// Source: MLPerf Tiny rules, 2.3; the EEMBC runner's output.
    "sequence-broken", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // The MLCommons runner does not number its commands.
    let Some(log) = view.log().filter(|log| log.runner == Runner::Eembc) else { return Outcome::NotApplicable };
    if let Some(at) = log.sequence_broken {
        let (before, number) = at.value;
        let expected = before.saturating_add(1);
        let message = format!("command {number} follows command {before}, expected {expected}");
        let finding = found.at(view.run.path_of(FileRole::Log), at.line, message);
        finding.measured(number as f64, expected as f64, "");
    }
    found.or_pass(log.commands.first().map(|first| view.at(FileRole::Log, first.line)))
}
