//! Compares the duration of a run's timed windows by the device's clock and by the host's.
//!
//! Source: MLPerf Tiny rules, 2.4; 328 published runs, whose clocks differ by a rate that is constant over a run.

use crate::model::Run;
use crate::round::{Round, Runner};

/// Resolution of the MLCommons runner's time stamps, in seconds.
const WHOLE_SECOND: f64 = 1.0;

/// Total duration of a run's windows by both clocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clocks {
    /// Duration by the device's clock, in seconds.
    pub device_s: f64,
    /// Duration by the host's clock, in seconds.
    pub host_s: f64,
    /// Uncertainty of the host's time stamps, in seconds.
    pub open_s: f64,
}

impl Clocks {
    /// Returns the clocks of a run; `None` if a window is not timed by both.
    #[must_use]
    pub(crate) fn new(run: &Run, round: &Round) -> Option<Self> {
        let log = run.log.as_ref()?;
        let (mut device_s, mut host_s) = (0.0, 0.0);
        for (window, inference) in run.windows.iter().zip(&log.inferences) {
            // The MLCommons runner stamps the whole command, including warm-ups.
            let all = (inference.iterations as f64 + inference.warmups as f64) / inference.iterations.max(1) as f64;
            device_s += window.seconds? * if log.runner == Runner::Mlcommons { all } else { 1.0 };
            host_s += window.host_seconds?;
        }
        let open_s = if log.runner == Runner::Mlcommons { WHOLE_SECOND } else { round.tolerances.clock_seconds };
        (device_s > 0.0).then_some(Self { device_s, host_s, open_s: open_s * run.windows.len() as f64 })
    }

    /// Returns by how much the host's time exceeds the device's, as a fraction of the device's time, after subtracting
    /// the uncertainty of the stamps. Negative if the host's time is shorter.
    #[must_use]
    pub(crate) fn longer(self) -> f64 {
        let difference = self.host_s - self.device_s;
        difference.signum() * (difference.abs() - self.open_s).max(0.0) / self.device_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_within_the_uncertainty_are_not_drift() {
        let clocks = |host_s| Clocks { device_s: 50.0, host_s, open_s: 0.1 };
        assert!(clocks(50.1).longer().abs() < 1e-12 && clocks(49.95).longer().abs() < 1e-12);
        assert!((clocks(51.1).longer() - 0.02).abs() < 1e-12);
        assert!((clocks(48.9).longer() + 0.02).abs() < 1e-12);
    }
}
