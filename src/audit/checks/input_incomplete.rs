use super::prelude::*;

check! {
    /// The device reports that an input did not arrive completely.
    ///
    /// The reference firmware compares the number of bytes it received with the number its model takes and prints
    /// both. If they differ it still infers, on bytes left over from an earlier input. The runner ignores the message.
    ///
    /// Calibrated on 2,220 such lines of published logs: 2,215 agree, the other five are from one run whose load
    /// failed.
    ///
    /// Help: find out where bytes are lost (cable, baud rate, handshake), and measure the run again.
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
        let message = format!("the device received {arrived} bytes of the input, expected {expected}");
        found.at(view.run.path_of(FileRole::Log), at.line, message).measured(arrived as f64, expected as f64, "bytes");
    }
    found.or_pass((!log.inferences.is_empty()).then(|| view.at(FileRole::Log, 0)))
}
