use crate::judge::metrics::clocks::Clocks;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The host counts longer than the device: the claimed throughput is too good.
    ///
    /// Throughput is measured with the device's clock. The host stamps the same lines with its own; over a run the ratio of
    /// the two is constant. Where the device counts too short, the claim is inflated by as much. Two per cent is what the
    /// inference audit guide lets a reproduction differ.
    ///
    /// Calibrated on 328 runs of six rounds: honest boards lie within 1.3 %; eight runs of two boards count 2.2 and 2.5 %
    /// short, one run 33 %.
    ///
    /// Help: correct the frequency that the firmware's timer assumes, and measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable); MLPerf Inference audit guide.
    "device-clock-disagrees-with-host", Performance, Error, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        let most = round.tolerances.clock_fraction;
        if let Some(clocks) = Clocks::of(place.run, round).filter(|clocks| clocks.longer() > most) {
            let line = place.run.inferences().first().map_or(0, |inference| inference.line);
            findings.at(place.run.path_of(FileRole::Log), line, told(clocks, most));
        }
    }
}

/// Both clocks in words.
pub(super) fn told(clocks: Clocks, most: f64) -> String {
    let Clocks { device_s, host_s, open_s } = clocks;
    format!(
        "the windows last {device_s:.3} s by the device's clock and {host_s:.3} s by the host's ({:+.1} %), tolerance {} % and \
         {open_s:.1} s",
        100.0 * (host_s / device_s - 1.0),
        100.0 * most
    )
}
