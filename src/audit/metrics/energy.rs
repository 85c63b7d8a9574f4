//! Energy of timed windows.
//!
//! * EEMBC trace: the time of sample *i* is the sum of *i* additions of 1/rate in double precision; a window from *a*
//!   to *b* seconds contains the samples with a ≤ t < b. (The rounding of the sum shifts a border by one sample;
//!   multiplying instead reproduces only half of the published figures.)
//! * MLCommons results.json: the samples between the last two stamps of a trial, in J, 1000 per second.
//!
//! Energy per inference is the window's energy divided by its inferences; the median of the windows is reported.
//!
//! Source: the printed figures of all published traces, reproduced to the last digit.

use crate::model::{DownsampledTrace, Run};
use crate::parse::energy_trace::microjoules;
use crate::parse::results_json::Power;

/// Samples per second of a trial in results.json.
pub(crate) const TRIAL_RATE_HZ: f64 = 1000.0;

/// Computes the energies in µJ of windows given as start and stop in seconds.
///
/// `None` for a window that is not inside the trace, or that begins before an earlier one has ended: no sample is
/// counted twice.
#[must_use]
pub fn trace_energies<S>(
    samples: &[S],
    microjoules: impl Fn(&S) -> f64,
    rate_hz: f64,
    windows: &[(f64, f64)],
) -> Vec<Option<f64>> {
    let mut borders: Vec<f64> = windows.iter().flat_map(|(start, stop)| [*start, *stop]).collect();
    borders.sort_by(f64::total_cmp);
    // Index of the first sample at or after each border, by accumulated time.
    let mut first_at = Vec::with_capacity(borders.len());
    let step = 1.0 / rate_hz;
    let (mut index, mut time) = (0, 0.0);
    for border in &borders {
        while index < samples.len() && time < *border {
            index += 1;
            time += step;
        }
        if time < *border {
            break;
        }
        first_at.push(index);
    }
    let index_of = |border: f64| {
        let at = borders.partition_point(|other| other.total_cmp(&border).is_lt());
        first_at.get(at).copied().filter(|_| border >= 0.0)
    };
    let inside = |(number, (start, stop)): (usize, &(f64, f64))| {
        let (from, to) = (index_of(*start)?, index_of(*stop)?);
        (from < to).then_some((from, to, number))
    };
    let mut inside: Vec<(usize, usize, usize)> = windows.iter().enumerate().filter_map(inside).collect();
    inside.sort_unstable();
    let mut energies = vec![None; windows.len()];
    let mut end = 0;
    for (from, to, number) in inside {
        if from >= end {
            energies[number] = Some(samples[from..to].iter().map(&microjoules).sum());
            end = to;
        }
    }
    energies
}

/// Computes the energy of a trial in µJ: the samples between its last two stamps.
#[must_use]
pub(crate) fn trial_energy(power: &Power) -> Option<f64> {
    let samples = trial_samples(power)?;
    Some(samples.iter().sum::<f64>() * 1e6)
}

/// Computes the mean power of a trial in mW.
#[must_use]
pub(crate) fn trial_power_mw(power: &Power) -> Option<f64> {
    let samples = trial_samples(power)?;
    let seconds = samples.len() as f64 / TRIAL_RATE_HZ;
    Some(samples.iter().sum::<f64>() * 1e3 / seconds).filter(|power| power.is_finite())
}

/// Returns the samples of a trial between its last two time stamps; `None` if there are none.
#[must_use]
pub(crate) fn trial_samples(power: &Power) -> Option<&[f64]> {
    let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
    power.samples.get(*start..*stop).filter(|samples| !samples.is_empty())
}

/// Number of parts of a downsampled trace.
const PARTS: usize = 3000;

/// Downsamples the energy trace of a run for plots: minimum and maximum power of parts of equal duration.
pub(crate) fn downsample_traces(run: &mut Run) {
    let mut outline = DownsampledTrace::default();
    let mut milliwatts: Vec<f32> = Vec::new();
    if let Some(trace) = &run.trace {
        // µJ per sample times samples per second gives µW; divided by 1000, mW.
        #[allow(clippy::cast_possible_truncation)] // for a plot
        milliwatts.extend(trace.samples().iter().map(|sample| (microjoules(sample) * trace.rate_hz / 1000.0) as f32));
        outline.seconds = milliwatts.len() as f64 / trace.rate_hz;
        outline.windows = run.windows.iter().filter_map(|window| window.span).collect();
        outline.inferences = run.windows.iter().filter_map(|window| window.inference_span).collect();
    } else {
        for power in run.json.iter().flatten().filter_map(|entry| entry.power.as_ref()) {
            let offset = milliwatts.len() as f64 / TRIAL_RATE_HZ;
            if let [.., (_, start), (_, stop)] = &power.timestamps[..] {
                let seconds = |index: usize| offset + index as f64 / TRIAL_RATE_HZ;
                outline.windows.push((seconds(*start), seconds(*stop)));
            }
            #[allow(clippy::cast_possible_truncation)] // for a plot
            milliwatts.extend(power.samples.iter().map(|joule| (joule * TRIAL_RATE_HZ * 1000.0) as f32));
        }
        outline.seconds = milliwatts.len() as f64 / TRIAL_RATE_HZ;
    }
    if !milliwatts.is_empty() {
        let length = milliwatts.len().div_ceil(PARTS);
        outline.bounds = milliwatts
            .chunks(length)
            .map(|part| {
                part.iter().fold((f32::INFINITY, 0.0_f32), |(low, high), power| (low.min(*power), high.max(*power)))
            })
            .collect();
        run.outline = Some(outline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sums the samples of a window directly by the definition, with accumulated times.
    fn naive(samples: &[f32], rate_hz: f64, (start, stop): (f64, f64)) -> f64 {
        let mut times = Vec::new();
        let mut time = 0.0;
        for _ in samples {
            times.push(time);
            time += 1.0 / rate_hz;
        }
        samples
            .iter()
            .zip(times)
            .filter(|(_, time)| start <= *time && *time < stop)
            .map(|(sample, _)| f64::from(*sample))
            .sum()
    }

    proptest! {
        #[test]
        fn windows_contain_the_samples_of_their_time(
            samples in proptest::collection::vec(0.0f32..100.0, 50..400),
            start in 0u32..20, length in 1u32..20,
        ) {
            let window = (f64::from(start) / 1000.0, f64::from(start + length) / 1000.0);
            let found = trace_energies(&samples, |sample| f64::from(*sample), 1000.0, &[window])[0].unwrap();
            prop_assert!((found - naive(&samples, 1000.0, window)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_window_outside_the_trace_has_no_energy() {
        assert_eq!(trace_energies(&[1.0; 10], |one| *one, 1000.0, &[(0.005, 0.5), (0.0, 0.002)]), [None, Some(2.0)]);
    }

    #[test]
    fn a_window_that_overlaps_another_has_no_energy() {
        let windows = [(0.004, 0.006), (0.0, 0.005), (0.005, 0.007)];
        assert_eq!(trace_energies(&[1.0; 10], |one| *one, 1000.0, &windows), [None, Some(5.0), Some(2.0)]);
    }

    #[test]
    fn a_trial_uses_its_last_two_stamps() {
        let stamps = [("00", 0), ("01", 1), ("02", 3)].map(|(count, index)| (count.to_owned(), index)).to_vec();
        let power = Power { samples: vec![1e-6, 2e-6, 4e-6, 8e-6], timestamps: stamps, voltage: None };
        assert!((trial_energy(&power).unwrap() - 6.0).abs() < 1e-9);
        assert!((trial_power_mw(&power).unwrap() - 3.0).abs() < 1e-9);
        assert_eq!(trial_energy(&Power::default()), None);
    }
}
