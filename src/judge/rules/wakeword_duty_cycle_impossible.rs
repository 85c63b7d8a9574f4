use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A wake word run claims a duty cycle that cannot be.
    ///
    /// The duty cycle is the part of the time in which a frame is processed, so it lies between 0 and 1; above 1 the
    /// device cannot keep up with the sound.
    ///
    /// Help: check the edges of the processing pin and measure again.
    ///
    /// Source: mlcommons/tiny benchmark/runner (streaming).
    "wakeword-duty-cycle-impossible", Wakeword, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(claimed) = place.run.claims.as_ref().and_then(|claims| claims.duty_cycle.as_ref()) else { continue };
        if claimed.value <= 0.0 || claimed.value > 1.0 {
            let message = format!("the duty cycle is {}, expected more than 0 and at most 1", claimed.text);
            findings.at(place.run.path_of(FileRole::Results), claimed.line, message);
        }
    }
}
