use super::prelude::*;
use crate::audit::metrics::median::median;
use crate::model::Run;

check! {
    /// The energy run and the performance run differ in speed.
    ///
    /// Both are measured on the same system at the same operating point; a device that saves energy by running slower
    /// must run equally slowly in both.
    ///
    /// Help: measure both at the same frequency and voltage, or submit two systems.
    ///
    /// Source: MLPerf Tiny rules, 2.2 (one system); published pairs agree within 2 %.
    "energy-run-of-another-speed", Energy, Warning, Result(check),
    affects: [Energy],
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let (Some(energy), Some(performance)) = (view.run(Mode::Energy), view.run(Mode::Performance)) else {
        return Outcome::NotApplicable;
    };
    let (Some(in_energy), Some(in_performance)) = (rate(energy), rate(performance)) else {
        return Outcome::NotApplicable;
    };
    let (difference, most) = (in_energy / in_performance - 1.0, view.round.tolerances.speed_fraction);
    if difference.abs() > most {
        let message = format!(
            "the energy run reaches {in_energy:.3} inf/s, the performance run {in_performance:.3} inf/s ({:+.1} %), \
             tolerance {:.0} %",
            100.0 * difference,
            100.0 * most
        );
        found.at(&energy.path, 0, message).measured(in_energy, in_performance, "inf/s");
    }
    let first = energy.windows.first().and_then(|window| Some((window.role?, window.line)));
    found.or_pass(first.map(|(role, line)| Place::new(energy.path_of(role), line)))
}

/// Returns the median throughput of a run's windows.
fn rate(run: &Run) -> Option<f64> {
    let rates: Option<Vec<f64>> =
        run.windows.iter().map(|window| window.seconds.map(|seconds| window.inferences as f64 / seconds)).collect();
    rates.and_then(median).filter(|rate| rate.is_finite() && *rate > 0.0)
}
