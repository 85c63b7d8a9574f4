use super::prelude::*;
use crate::parse::log::{Chatter, SessionLog};
use crate::round::Runner;

check! {
    /// Only one of accuracy and performance run prints text while it infers.
    ///
    /// The same code must be run for both. Text between the two stamps of an inference costs time; where only the accuracy
    /// run has it, the throughput was measured with another build.
    ///
    /// Calibrated on 185 results of four rounds: two do so, and both are slower in the accuracy run; two more print the same
    /// in both runs, of which nothing is said.
    ///
    /// Help: measure both with one build; if it is one, say which switch silences it and what it changes.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run").
    "builds-differ", Evidence, Warning, Result(check)
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let of = |mode| view.run(mode).and_then(|run| Some((run, run.log.as_ref()?)));
    let (Some(accuracy), Some(performance)) = (of(Mode::Accuracy), of(Mode::Performance)) else {
        return Outcome::NotApplicable;
    };
    for (here, there) in [(accuracy, performance), (performance, accuracy)] {
        for chatter in alone(here.1, there.1) {
            let message = format!(
                "`{}` stands {} times between the stamps of inferences here, never in the {} run",
                chatter.shape, chatter.count, there.0.mode
            );
            let finding = found.at(here.0.path_of(FileRole::Log), chatter.line, message);
            finding.label("printed while the time runs");
        }
    }
    // Only the EEMBC runner logs what the device prints between the stamps.
    let shows = |log: &SessionLog| log.runner == Runner::Eembc && !log.inferences.is_empty();
    let first = accuracy.1.inferences.first().filter(|_| shows(accuracy.1) && shows(performance.1));
    found.or_pass(first.map(|first| Place::new(accuracy.0.path_of(FileRole::Log), first.line)))
}

/// Texts that every inference of one log has, and none of the other.
fn alone<'a>(here: &'a SessionLog, there: &'a SessionLog) -> impl Iterator<Item = &'a Chatter> {
    let is_there = |shape: &str| there.between.iter().any(|other| other.shape == shape);
    let inferences = if there.inferences.is_empty() { usize::MAX } else { here.inferences.len() };
    here.between.iter().filter(move |one| one.count as usize >= inferences && !is_there(&one.shape))
}
