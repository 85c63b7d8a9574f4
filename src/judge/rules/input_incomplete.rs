use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The device says that an input did not arrive whole.
    ///
    /// The reference firmware compares the bytes it was sent with those its model takes, and infers anyway, on what an
    /// earlier input left. The runner does not look at the answer.
    ///
    /// Calibrated on 2,220 such lines of published logs: 2,215 agree, the five others are of one run whose load failed.
    ///
    /// Help: find out which bytes are lost (cable, baud, handshake), and measure the run again.
    ///
    /// Source: the reference firmware, `th_load_tensor`; MLPerf Tiny rules, 7.1.
    "input-incomplete", Accuracy, Error, check, keeps figure
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(at) = place.run.log.as_ref().and_then(|log| log.short_input) else { continue };
        let (found, expected) = at.value;
        let message = format!("the device has {found} bytes of the input; {expected} expected");
        findings.at(place.run.path_of(FileRole::Log), at.line, message);
    }
}
