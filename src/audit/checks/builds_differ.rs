use super::prelude::*;
use crate::parse::log::{Chatter, SessionLog};
use crate::round::Runner;

check! {
    /// Only one of the accuracy and performance runs prints text during inference.
    ///
    /// Both runs must use the same code. Printing text between the two time stamps of an inference takes time; if only
    /// the accuracy run prints it, the throughput was measured with another build.
    ///
    /// Calibrated on 185 results of four rounds: two differ in this way, and both are slower in the accuracy run; two
    /// more print the same text in both runs and are not reported.
    ///
    /// Help: measure both runs with the same build; if you did, say in the README which setting turns the
    /// output off, and what else it changes.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run").
    "builds-differ", Evidence, Warning, Result(check)
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let logged = |mode| view.run(mode).and_then(|run| Some((run, run.log.as_ref()?)));
    let (Some(accuracy), Some(performance)) = (logged(Mode::Accuracy), logged(Mode::Performance)) else {
        return Outcome::NotApplicable;
    };
    for (here, there) in [(accuracy, performance), (performance, accuracy)] {
        for chatter in only_in(here.1, there.1) {
            let message = format!(
                "`{}` is printed {} times between the stamps of inferences here, never in the {} run",
                chatter.shape, chatter.count, there.0.mode
            );
            let finding = found.at(here.0.path_of(FileRole::Log), chatter.line, message);
            finding.label("printed while the timer runs");
        }
    }
    // Only the EEMBC runner logs what the device prints between the stamps.
    let shows = |log: &SessionLog| log.runner == Runner::Eembc && !log.inferences.is_empty();
    let first = accuracy.1.inferences.first().filter(|_| shows(accuracy.1) && shows(performance.1));
    found.or_pass(first.map(|first| Place::new(accuracy.0.path_of(FileRole::Log), first.line)))
}

/// Returns the texts that every inference of one log prints, and no inference of the other.
fn only_in<'a>(here: &'a SessionLog, there: &'a SessionLog) -> impl Iterator<Item = &'a Chatter> {
    let is_there = |shape: &str| there.between.iter().any(|other| other.shape == shape);
    let inferences = if there.inferences.is_empty() { usize::MAX } else { here.inferences.len() };
    here.between.iter().filter(move |one| one.count as usize >= inferences && !is_there(&one.shape))
}
