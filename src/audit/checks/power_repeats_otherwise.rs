use super::prelude::*;
use crate::audit::metrics::energy::{TRIAL_RATE_HZ, trial_samples};
use crate::audit::metrics::spectrum::line;
use crate::model::Run;
use crate::parse::energy_trace::microjoules;

check! {
    /// The power of an energy window repeats half as often as the claimed inferences.
    ///
    /// A window repeats the same inference, and the power of the device repeats with it: its spectrum has a line at the
    /// number of inferences per second. A stronger line at half of that number, with its multiples, shows that only half of
    /// the claimed inferences were run.
    ///
    /// Calibrated on 40 traces of four rounds with up to 850 inferences per second: the line, or one of its first two
    /// multiples, is 8.6 to 47 times as strong as what is beside it. Three traces have a line at half of the number, too; it is
    /// weaker, and not all of its multiples are strong. Faster devices are not judged.
    ///
    /// Help: measure again; if the device infers on several inputs at once or pauses between inferences, say so in the
    /// README.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4 (energy per inference); all published traces.
    "power-repeats-otherwise", Energy, Warning, Run(check),
    needs: [energy_windows_elsewhere, energy_windows_misplaced, log_incomplete, mode_disagrees_with_folder, trace_length],
}

/// Samples at the start of a window that are skipped, as the power settles.
const SKIPPED: usize = 200;
/// Number of samples whose spectrum is computed; with fewer than half of them, lines are too broad.
const SAMPLES: usize = 8192;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Energy) || view.is_streaming() {
        return Outcome::NotApplicable;
    }
    let Some((series, rate_hz, per_second)) = first_window(view.run) else { return Outcome::NotApplicable };
    let limits = &view.round.energy;
    if per_second > limits.repeat_hz || series.len() < SAMPLES / 2 {
        return Outcome::NotApplicable;
    }
    let at = |factor: f64| line(&series, rate_hz, factor * per_second);
    let (Some(whole), [Some(half), second, third]) = (at(1.0), [0.5, 1.5, 2.5].map(at)) else {
        return Outcome::NotApplicable;
    };
    let multiples = [Some(half), second, third].into_iter().flatten().fold(f64::INFINITY, f64::min);
    if half >= limits.repeat_half && (half > 1.5 * whole || multiples >= limits.repeat_half) {
        let found_hz = per_second / 2.0;
        let message = format!(
            "window 1: the power repeats {found_hz:.2} times per second; {per_second:.2} inferences per second are claimed"
        );
        found.at(view.run.path_of(view.samples()), 0, message).measured(found_hz, per_second, "1/s");
    }
    found.or_pass(Some(view.at(view.samples(), 0)))
}

/// Returns samples of the first window less their mean, the sample rate, and the inferences per second.
fn first_window(run: &Run) -> Option<(Vec<f64>, f64, f64)> {
    let window = run.windows.first().filter(|window| window.inferences > 0)?;
    let (samples, rate_hz, seconds): (Vec<f64>, f64, f64) = if let Some(trace) = &run.trace {
        let (start, stop) = window.span?;
        let bytes = trace.bytes_between(start, stop).as_chunks().0;
        (bytes.iter().skip(SKIPPED).take(SAMPLES).map(microjoules).collect(), trace.rate_hz, stop - start)
    } else {
        let entry = run.json.iter().flatten().find(|entry| entry.file.is_some())?;
        let samples = trial_samples(entry.power.as_ref()?)?;
        let seconds = samples.len() as f64 / TRIAL_RATE_HZ;
        (samples.iter().skip(SKIPPED).take(SAMPLES).copied().collect(), TRIAL_RATE_HZ, seconds)
    };
    let mean = samples.iter().sum::<f64>() / samples.len().max(1) as f64;
    let per_second = window.inferences as f64 / seconds;
    per_second.is_finite().then(|| (samples.iter().map(|sample| sample - mean).collect(), rate_hz, per_second))
}
