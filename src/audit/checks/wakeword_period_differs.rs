use super::prelude::*;

check! {
    /// The frame period of a wake word run does not match the recording.
    ///
    /// The recording is played at a fixed rate, so a new frame starts every 32 ms.
    ///
    /// Help: check the edges of the processing pin and measure again.
    ///
    /// Source: mlcommons/tiny benchmark/runner (streaming) warns above 2 %.
    "wakeword-period-differs", Wakeword, Note, Run(check),
    affects: [Wakeword],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let claimed = view.claims().and_then(|claims| claims.period.as_ref());
    let (Some(claimed), Some(wakeword)) = (claimed, view.round.wakeword) else { return Outcome::NotApplicable };
    if (claimed.value / wakeword.period_seconds - 1.0).abs() > wakeword.period_fraction {
        let message = format!(
            "the period is {} s, expected {} s within {:.0} %",
            claimed.text,
            wakeword.period_seconds,
            100.0 * wakeword.period_fraction
        );
        let finding = found.at(view.run.path_of(FileRole::Results), claimed.line, message);
        finding.measured(claimed.value, wakeword.period_seconds, "s");
    }
    found.or_pass(view.at(FileRole::Results, claimed.line))
}
