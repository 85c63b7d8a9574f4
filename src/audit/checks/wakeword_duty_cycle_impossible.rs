use super::prelude::*;

check! {
    /// A wake word run claims an impossible duty cycle.
    ///
    /// The duty cycle is the fraction of time in which a frame is processed, so it lies between 0 and 1. Above 1 the
    /// device cannot keep up with the recording.
    ///
    /// Help: check the edges of the processing pin and measure again.
    ///
    /// Source: mlcommons/tiny benchmark/runner (streaming).
    "wakeword-duty-cycle-impossible", Wakeword, Warning, Run(check),
    affects: [Wakeword],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(claimed) = view.claims().and_then(|claims| claims.duty_cycle.as_ref()) else {
        return Outcome::NotApplicable;
    };
    if claimed.value <= 0.0 || claimed.value > 1.0 {
        let message = format!("the duty cycle is {}, expected more than 0 and at most 1", claimed.text);
        let finding = found.at(view.run.path_of(FileRole::Results), claimed.line, message);
        finding.measured(claimed.value, claimed.value.clamp(0.0, 1.0), "");
    }
    found.or_pass(view.at(FileRole::Results, claimed.line))
}
