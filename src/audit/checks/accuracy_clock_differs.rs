use super::prelude::*;
use crate::audit::metrics::clocks::Clocks;
use crate::audit::metrics::median::median;
use crate::parse::log::Inference;
use crate::round::Runner;

check! {
    /// The device's clock in the accuracy run runs at another rate than the host's.
    ///
    /// Between two inferences of an accuracy run the device's clock and the host's pass the same time. A clock that is too
    /// slow or too fast there makes the single inferences, and most likely the throughput, wrong.
    ///
    /// Calibrated on 198 accuracy runs: 185 are within 2 %; the other 13 are known to have wrong clocks, one of them twice
    /// as fast.
    ///
    /// Help: correct the frequency that the firmware's timer assumes, and measure all runs again.
    ///
    /// Source: MLPerf Tiny rules, 2.4; MLPerf Tiny Benchmark, 5.3.
    "accuracy-clock-differs", Accuracy, Warning, Result(check)
}

/// Minimum number of pairs of inferences; with fewer, a few pauses decide.
const ENOUGH: usize = 20;

/// A rate below this is not that of a clock: the timer stands still, or restarts with every inference.
const RESTARTS: f64 = 0.1;

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let Some(run) = view.run(Mode::Accuracy).filter(|run| run.runner == Some(Runner::Eembc)) else {
        return Outcome::NotApplicable;
    };
    let rates: Vec<f64> = run.inferences().windows(2).filter_map(rate).collect();
    let Some(first) = run.inferences().first().filter(|_| rates.len() >= ENOUGH) else {
        return Outcome::NotApplicable;
    };
    let rate = median(rates).unwrap_or(1.0);
    if rate < RESTARTS {
        return Outcome::NotApplicable;
    }
    let most = view.round.timeline.accuracy_clock_fraction;
    let path = run.path_of(FileRole::Log);
    // The rules `device-clock-disagrees-with-host` and `device-clock-drifts` report a clock that is as wrong in the windows.
    let windows = view.run(Mode::Performance).and_then(|run| Clocks::new(run, view.round));
    let is_reported = windows.is_some_and(|clocks| {
        let rate_of_windows = clocks.device_s / clocks.host_s;
        clocks.longer().abs() > view.round.tolerances.clock_drift_fraction && (rate_of_windows - rate).abs() <= most
    });
    if (rate - 1.0).abs() > most && !is_reported {
        let (percent, word) = (100.0 * (rate - 1.0).abs(), if rate < 1.0 { "slow" } else { "fast" });
        let message = format!("between inferences the device's clock is {percent:.1} % {word} by the host's clock");
        found.at(path, first.line, message).measured(rate, 1.0, "");
    }
    found.or_pass(Some(Place::new(path, first.line)))
}

/// Returns how much time passes by the device's clock per time of the host's, from one inference to the next.
fn rate(pair: &[Inference]) -> Option<f64> {
    /// Shorter times are too coarse by the host's clock, in microseconds.
    const LEAST_US: f64 = 20_000.0;
    let (before, after) = (pair[0].start?, pair[1].start?);
    let host_us = after.host_ms?.checked_sub(before.host_ms?)? as f64 * 1000.0;
    let device_us = after.us.checked_sub(before.us)? as f64;
    (host_us >= LEAST_US).then_some(device_us / host_us)
}
