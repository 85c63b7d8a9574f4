use super::device_clock_disagrees_with_host::judged;
use super::prelude::*;
use crate::audit::metrics::clocks::Clocks;
use crate::model::Single;

check! {
    /// The device's clock runs at a different rate from the host's.
    ///
    /// A device clock that measures too long a time lowers the claimed throughput; one that measures slightly too short a
    /// time raises it slightly. In the accuracy run, a different rate shows in every single inference.
    ///
    /// Calibrated on 328 runs of six rounds: honest boards are within 1.3 %, five runs of one board are 3 % too long.
    /// For single inferences, the host measures at most 10 % plus 15 ms more.
    ///
    /// Help: say in the README which oscillator drives the timer, and which frequency the firmware assumes.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable).
    "device-clock-drifts", Performance, Warning, Run(check)
}

fn check(view: &RunView<'_>, found: Findings) -> Outcome {
    match view.run.mode {
        Mode::Performance => check_windows(view, found),
        Mode::Accuracy => check_singles(view, found),
        Mode::Energy => Outcome::NotApplicable,
    }
}

fn check_windows(view: &RunView<'_>, found: Findings) -> Outcome {
    let tolerances = &view.round.tolerances;
    // The rule `device-clock-disagrees-with-host` reports larger differences.
    let small = |clocks: &Clocks| clocks.longer() <= tolerances.clock_fraction;
    let Some(clocks) = Clocks::new(view.run, view.round).filter(small) else { return Outcome::NotApplicable };
    let most = tolerances.clock_drift_fraction;
    judged(view, clocks, clocks.longer().abs() > most, most, found)
}

fn check_singles(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(Single { device_s, host_s: Some(host_s) }) = view.run.single else { return Outcome::NotApplicable };
    let tolerances = &view.round.tolerances;
    if host_s > device_s * (1.0 + tolerances.latency_fraction) + tolerances.latency_host_seconds {
        let (by_device, by_host) = (1000.0 * device_s, 1000.0 * host_s);
        let message = format!(
            "a single inference takes {by_device:.3} ms by the device's clock and {by_host:.3} ms by the host's \
             (medians), tolerance {} % plus {} ms",
            100.0 * tolerances.latency_fraction,
            1000.0 * tolerances.latency_host_seconds
        );
        found.at(view.run.path_of(FileRole::Log), 0, message).measured(by_host, by_device, "ms");
    }
    found.or_pass(view.run.inferences().first().map(|first| view.at(FileRole::Log, first.line)))
}
