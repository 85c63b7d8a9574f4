use super::device_clock_disagrees_with_host::told;
use crate::judge::metrics::clocks::Clocks;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Place, Single, Submission};
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The device's clock runs at another rate than the host's.
    ///
    /// A clock that counts long makes the claim worse than the truth, one that counts a little short makes it a little
    /// better; in the accuracy run a clock that differs shows in every single inference.
    ///
    /// Calibrated on 328 runs of six rounds: honest boards lie within 1.3 %, five runs of one board count 3 % long. Of single
    /// inferences the host counts at most 10 % and 15 ms more.
    ///
    /// Help: say which oscillator feeds the timer, and what frequency the firmware assumes.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable).
    "device-clock-drifts", Performance, Warning, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        match place.run.mode {
            Mode::Performance => check_windows(&place, round, findings),
            Mode::Accuracy => check_singles(&place, round, findings),
            Mode::Energy => {}
        }
    }
}

fn check_windows(place: &Place<'_>, round: &Round, findings: &mut Findings) {
    let tolerances = &round.tolerances;
    let drifts = |clocks: &Clocks| {
        let longer = clocks.longer();
        longer.abs() > tolerances.clock_drift_fraction && longer <= tolerances.clock_fraction
    };
    if let Some(clocks) = Clocks::of(place.run, round).filter(drifts) {
        let line = place.run.inferences().first().map_or(0, |inference| inference.line);
        findings.at(place.run.path_of(FileRole::Log), line, told(clocks, tolerances.clock_drift_fraction));
    }
}

fn check_singles(place: &Place<'_>, round: &Round, findings: &mut Findings) {
    let Some(Single { device_s, host_s: Some(host_s) }) = place.run.single else { return };
    let tolerances = &round.tolerances;
    if host_s > device_s * (1.0 + tolerances.latency_fraction) + tolerances.latency_host_seconds {
        let message = format!(
            "a single inference takes {:.3} ms by the device's clock and {:.3} ms by the host's (medians), tolerance {} % \
             and {} ms",
            1000.0 * device_s,
            1000.0 * host_s,
            100.0 * tolerances.latency_fraction,
            1000.0 * tolerances.latency_host_seconds
        );
        findings.at(place.run.path_of(FileRole::Log), 0, message);
    }
}
