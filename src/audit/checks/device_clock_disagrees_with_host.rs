use super::prelude::*;
use crate::audit::metrics::clocks::Clocks;

check! {
    /// The host measures longer windows than the device: the claimed throughput is too high.
    ///
    /// Throughput is measured with the device's clock. The host stamps the same lines with its own clock; over a run
    /// the ratio of the two is constant. If the device measures too short a time, the claim is too high by the same
    /// ratio. The inference audit guide allows a reproduction to differ by two per cent.
    ///
    /// Calibrated on 328 runs of six rounds: honest boards are within 1.3 %; eight runs of two boards are 2.2 and 2.5 %
    /// too short, one run 33 %.
    ///
    /// Help: correct the frequency that the firmware's timer assumes, and measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable); MLPerf Inference audit guide.
    "device-clock-disagrees-with-host", Performance, Error, Run(check),
    affects: [Throughput],
}

fn check(view: &RunView<'_>, found: Findings) -> Outcome {
    let most = view.round.tolerances.clock_fraction;
    match Clocks::new(view.run, view.round).filter(|_| view.is(Mode::Performance)) {
        Some(clocks) => judged(view, clocks, clocks.longer() > most, most, found),
        None => Outcome::NotApplicable,
    }
}

/// Returns the outcome of a comparison of both clocks, at the first window.
pub(super) fn judged(view: &RunView<'_>, clocks: Clocks, fails: bool, most: f64, mut found: Findings) -> Outcome {
    let line = view.run.inferences().first().map_or(0, |inference| inference.line);
    if fails {
        let Clocks { device_s, host_s, open_s } = clocks;
        let message = format!(
            "the windows last {device_s:.3} s by the device's clock and {host_s:.3} s by the host's ({:+.1} %), \
             tolerance {} % plus {open_s:.1} s",
            100.0 * (host_s / device_s - 1.0),
            100.0 * most
        );
        let finding = found.at(view.run.path_of(FileRole::Log), line, message).measured(host_s, device_s, "s");
        if let Some(throughput) = view.run.scores.throughput.as_ref().and_then(|figure| figure.recomputed) {
            let by_host = throughput * device_s / host_s;
            finding
                .note(format!("by the host's clock, the throughput is {by_host:.3} inf/s instead of {throughput:.3}"));
        }
    }
    found.or_pass(view.at(FileRole::Log, line))
}
