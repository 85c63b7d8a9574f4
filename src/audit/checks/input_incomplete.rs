use super::prelude::*;

check! {
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
    "input-incomplete", Accuracy, Error, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log() else { return Outcome::NotApplicable };
    if let Some(at) = log.short_input {
        let (arrived, expected) = at.value;
        let message = format!("the device has {arrived} bytes of the input; {expected} expected");
        found.at(view.run.path_of(FileRole::Log), at.line, message).measured(arrived as f64, expected as f64, "bytes");
    }
    found.or_pass((!log.inferences.is_empty()).then(|| view.at(FileRole::Log, 0)))
}
