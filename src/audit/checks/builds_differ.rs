use super::prelude::*;
use crate::parse::log::{Chatter, SessionLog};
use crate::round::Runner;

check! {
    /// One of the accuracy and performance runs prints less text during inference than the other.
    ///
    /// Both runs must use the same code. Printing text between the two time stamps of an inference takes time; if the
    /// accuracy run prints more of it, the throughput was measured with another build. The lines of each kind are
    /// counted per timed block; less than half of the other run's rate is another build. A run that prints once per
    /// inference prints more in a block of many, which is expected.
    ///
    /// Calibrated on 185 results of four rounds: two print nothing in the performance run, and both are slower in the
    /// accuracy run; two more print at the same rate in both runs and are not reported.
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
        for (chatter, other) in only_in(here.1, there.1) {
            let how_often = if other == 0 { "never".to_owned() } else { format!("{other} times") };
            let message = format!(
                "`{}` is printed {} times between the stamps of {} inferences here, {how_often} in the {} run",
                chatter.shape,
                chatter.count,
                blocks(here.1),
                there.0.mode
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

/// Returns the texts that one log prints regularly, and the other never or at less than half the rate; each with its
/// count there.
fn only_in<'a>(here: &'a SessionLog, there: &'a SessionLog) -> impl Iterator<Item = (&'a Chatter, u32)> {
    let inferences: u128 = here.inferences.iter().map(|one| u128::from(one.iterations)).sum();
    let counted = here.between.iter().map(|one| {
        let other = there.between.iter().find(|other| other.shape == one.shape);
        (one, other.map_or(0, |other| other.count))
    });
    counted.filter(move |(one, other)| {
        let (count, other) = (u128::from(one.count), u128::from(*other));
        if other == 0 {
            return !there.inferences.is_empty() && count >= blocks(here);
        }
        // A text may be printed per block or per inference; the lower rate is expected of the other run.
        count >= inferences && 2 * other * inferences < count * blocks(there)
    })
}

/// Returns the number of timed blocks of inferences.
fn blocks(log: &SessionLog) -> u128 {
    log.inferences.len() as u128
}
