use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The device's timer stands still in the accuracy run.
    ///
    /// Every stamp is the same, so that nothing tells how long a single inference takes. Some firmware disables its timer
    /// there; the throughput does not depend on it.
    ///
    /// Calibrated on 136 accuracy runs of four rounds, of which none is frozen; one of another round is.
    ///
    /// Help: let the timer run in the accuracy run, too, so that others see the same build.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run"); seen in a published round as 4294967295 in every stamp.
    "timer-frozen", Performance, Note, check, needs evidence
}

/// Inferences from which equal stamps are no chance.
const ENOUGH: usize = 10;

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let mut stamps = place.run.inferences().iter().flat_map(|one| [one.start, one.stop]).flatten();
        let Some(first) = stamps.next() else { continue };
        if stamps.clone().count() >= 2 * ENOUGH && stamps.all(|stamp| stamp.us == first.us) {
            let message = format!("every stamp of the device is {}", first.us);
            findings.at(place.run.path_of(FileRole::Log), first.line, message);
        }
    }
}
