use super::prelude::*;

check! {
    /// The warm-ups run at a different speed than the inferences after them.
    ///
    /// Warm-ups are inferences. The host stamps their start and end; together they must take their number times the
    /// latency. Shorter warm-ups were not run, longer ones run other code.
    ///
    /// Calibrated on 733 windows of four rounds: none deviates by more than 10 % plus 0.1 s. Warm-ups that were not run
    /// are found if they would have taken longer than that.
    ///
    /// Help: measure again with firmware that runs warm-ups exactly as it runs inferences.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; EEMBC firmware API.
    "warmups-of-another-speed", Performance, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Performance) {
        return Outcome::NotApplicable;
    }
    let tolerances = &view.round.tolerances;
    let mut looked = None;
    for one in view.run.inferences() {
        let (Some(start), Some(end), Some(seconds)) = (one.warmup_host_ms, one.begin_host_ms, one.seconds()) else {
            continue;
        };
        let host = end.saturating_sub(start) as f64 / 1000.0;
        let expected = one.warmups as f64 * seconds / one.iterations.max(1) as f64;
        let slack = tolerances.warmup_fraction * expected + tolerances.warmup_seconds;
        if (host - expected).abs() > slack {
            let message = format!(
                "{} warm-ups take {host:.3} s by the host's clock, expected {expected:.3} s, tolerance {slack:.3} s",
                one.warmups
            );
            found.at(view.run.path_of(FileRole::Log), one.line, message).measured(host, expected, "s");
            break;
        }
        if one.warmups > 0 && looked.is_none() {
            looked = Some(view.at(FileRole::Log, one.line));
        }
    }
    found.or_pass(looked)
}
