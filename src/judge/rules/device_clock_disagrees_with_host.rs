use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Mode, Round, Runner};

rule! {
    /// The device's clock runs at another speed than the host's.
    ///
    /// Throughput is measured with the device's clock. The host stamps the same lines with its own; over a run the two
    /// agree within a fraction of a per cent. Where they do not, the claimed throughput is wrong by as much.
    ///
    /// Help: correct the frequency the firmware's timer assumes, and measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable); published honest runs lie within 1.3 %.
    "device-clock-disagrees-with-host", Performance, Error, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        if let Some((device, host)) = clocks(place.run) {
            let difference = (host - device).abs();
            let tolerance = round.tolerances.clock_fraction * device + allowance(place.run, round);
            if difference > tolerance && device > 0.0 {
                let line = place.run.inferences().first().map_or(0, |inference| inference.line);
                let message = format!(
                    "the windows last {device:.3} s by the device's clock and {host:.3} s by the host's ({:+.1} %), tolerance {:.0} % and {:.0} s",
                    100.0 * (host / device - 1.0),
                    100.0 * round.tolerances.clock_fraction,
                    allowance(place.run, round),
                );
                findings.at(place.run.path_of(FileRole::Log), line, message);
            }
        }
    }
}

/// Seconds of all windows by the device's and by the host's clock.
fn clocks(run: &Run) -> Option<(f64, f64)> {
    let log = run.log.as_ref()?;
    let mut sums = (0.0, 0.0);
    for (window, inference) in run.windows.iter().zip(&log.inferences) {
        let seconds = window.seconds?;
        // The MLCommons runner stamps the whole command, warm-ups included.
        let commanded = match log.runner {
            Runner::Eembc => seconds,
            Runner::Mlcommons => {
                seconds * (inference.iterations as f64 + inference.warmups as f64) / inference.iterations as f64
            }
        };
        sums.0 += commanded;
        sums.1 += window.host_seconds?;
    }
    (!run.windows.is_empty()).then_some(sums)
}

/// Seconds that latency explains: a fixed amount in all, or one a window where the host stamps whole seconds.
fn allowance(run: &Run, round: &Round) -> f64 {
    match run.runner {
        Some(Runner::Mlcommons) => round.tolerances.clock_seconds * run.windows.len() as f64,
        _ => round.tolerances.clock_seconds,
    }
}
