use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{Mode, Round};

rule! {
    /// The energy run is not as fast as the performance run.
    ///
    /// Both are measured on the same system at the same operating point; a device that saves energy by running slower
    /// must run as slowly in both.
    ///
    /// Help: measure both at the same frequency and voltage, or submit two systems.
    ///
    /// Source: MLPerf Tiny rules, 2.2 (one system); published pairs agree within 2 %.
    "energy-run-of-another-speed", Energy, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let (Some(energy), Some(performance)) =
            (benchmark.runs.get(&Mode::Energy), benchmark.runs.get(&Mode::Performance))
        else {
            continue;
        };
        let (Some(in_energy), Some(in_performance)) = (rate(energy), rate(performance)) else { continue };
        let difference = in_energy / in_performance - 1.0;
        if difference.abs() > round.tolerances.speed_fraction {
            let message = format!(
                "the energy run makes {in_energy:.3} inf/s, the performance run {in_performance:.3} inf/s ({:+.1} %), tolerance {:.0} %",
                100.0 * difference,
                100.0 * round.tolerances.speed_fraction
            );
            findings.at(&energy.path, 0, message);
        }
    }
}

/// Median throughput of a run's windows.
fn rate(run: &Run) -> Option<f64> {
    let rates: Option<Vec<f64>> =
        run.windows.iter().map(|window| window.seconds.map(|seconds| window.inferences as f64 / seconds)).collect();
    rates.and_then(crate::judge::metrics::median::median).filter(|rate| rate.is_finite() && *rate > 0.0)
}
