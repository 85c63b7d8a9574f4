//! Lines in the spectrum of a series.
//!
//! A window of an energy run repeats the same inference, so that its power repeats with it: the spectrum has a line at the
//! number of inferences per second and at multiples of it. Lines beyond half of the sample rate appear folded.

use std::f64::consts::TAU;

/// Offsets of the frequencies beside a line that give the floor, in multiples of the resolution.
const BESIDE: [f64; 8] = [-9.5, -7.5, -5.5, -3.5, 3.5, 5.5, 7.5, 9.5];

/// Returns how many times the magnitude at a frequency exceeds that beside it; `None` if the frequency, folded, is so near
/// to 0 or to half of the sample rate that there is nothing beside it.
#[must_use]
pub(crate) fn line(series: &[f64], rate_hz: f64, frequency_hz: f64) -> Option<f64> {
    let resolution = rate_hz / series.len() as f64;
    let folded = frequency_hz.rem_euclid(rate_hz);
    let folded = folded.min(rate_hz - folded);
    if !(12.0 * resolution..rate_hz / 2.0 - 12.0 * resolution).contains(&folded) {
        return None;
    }
    let at = |frequency: f64| magnitude(series, TAU * frequency / rate_hz);
    let mut beside = BESIDE.map(|offset| at(folded + offset * resolution));
    beside.sort_by(f64::total_cmp);
    let floor = f64::midpoint(beside[3], beside[4]);
    // The claimed frequency is rarely a multiple of the resolution.
    let line = [-0.5, 0.0, 0.5].map(|offset| at(folded + offset * resolution)).into_iter().fold(0.0, f64::max);
    (floor > 0.0).then(|| line / floor)
}

/// Returns the magnitude of a series at an angular frequency per sample (Goertzel).
fn magnitude(series: &[f64], angle: f64) -> f64 {
    let factor = 2.0 * angle.cos();
    let (last, before) = series.iter().fold((0.0, 0.0), |(last, before), value| (value + factor * last - before, last));
    (last * last + before * before - factor * last * before).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_magnitude_is_that_of_the_sum_of_waves(
            series in proptest::collection::vec(-1.0f64..1.0, 1..200),
            angle in 0.1f64..3.0,
        ) {
            let part = |wave: fn(f64) -> f64| {
                series.iter().enumerate().map(|(at, value)| value * wave(angle * at as f64)).sum::<f64>()
            };
            prop_assert!((magnitude(&series, angle) - part(f64::cos).hypot(part(f64::sin))).abs() < 1e-7);
        }
    }

    /// A wave of a period, with a little noise.
    fn wave(period: f64) -> Vec<f64> {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f64 / f64::from(1 << 24) - 0.5
        };
        (0..8192).map(|at| (TAU * f64::from(at) / period).sin() + noise()).collect()
    }

    #[test]
    fn a_wave_has_a_line_at_its_frequency_and_nowhere_else() {
        let series = wave(40.0);
        assert!(line(&series, 1000.0, 25.0).unwrap() > 10.0);
        assert!(line(&series, 1000.0, 26.25).unwrap() < 5.0 && line(&series, 1000.0, 12.5).unwrap() < 5.0);
    }

    #[test]
    fn a_frequency_beyond_half_of_the_rate_is_folded() {
        assert!(line(&wave(1000.0 / 820.0), 1000.0, 820.0).unwrap() > 10.0);
        assert_eq!(line(&wave(40.0), 1000.0, 0.5), None);
        // 1000 samples in a second: 12 Hz from either end.
        let series = &wave(40.0)[..1000];
        for (frequency, is_far_enough) in [(11.9, false), (12.1, true), (487.9, true), (488.1, false), (511.9, false)] {
            assert_eq!(line(series, 1000.0, frequency).is_some(), is_far_enough, "{frequency}");
        }
    }
}
