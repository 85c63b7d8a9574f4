use super::prelude::*;

check! {
    /// The device's timer does not advance in the accuracy run.
    ///
    /// Every time stamp is the same, so the duration of a single inference is unknown. Some firmware disables its timer
    /// in this mode; the throughput does not depend on it.
    ///
    /// Calibrated on 136 accuracy runs of four rounds: none has a frozen timer. One run of another round has one.
    ///
    /// Help: keep the timer running in the accuracy run, too, so that reviewers can see that it is the same build.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run"); seen in a published round as 4294967295 in every
    /// stamp.
    "timer-frozen", Performance, Note, Run(check)
}

/// Minimum number of inferences: stamps of fewer may be equal by chance.
const ENOUGH: usize = 10;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let mut stamps = view.run.inferences().iter().flat_map(|one| [one.start, one.stop]).flatten();
    let Some(first) = stamps.next().filter(|_| view.is(Mode::Accuracy)) else { return Outcome::NotApplicable };
    if stamps.clone().count() < 2 * ENOUGH {
        return Outcome::NotApplicable;
    }
    let moved = stamps.find(|stamp| stamp.us != first.us);
    if moved.is_none() {
        let message = format!("every time stamp of the device is {}", first.us);
        found.at(view.run.path_of(FileRole::Log), first.line, message);
    }
    found.or_pass(moved.map(|stamp| view.at(FileRole::Log, stamp.line)))
}
