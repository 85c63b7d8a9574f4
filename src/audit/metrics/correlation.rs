//! Correlation of two sequences of durations, to find copied sessions.
//!
//! Durations that a host measures vary by chance from load to load, so that those of two sessions are unrelated. A copy
//! has the same ups and downs, even if all times were scaled or shifted.

use super::median::median;

/// Largest deviation that counts, in multiples of the median deviation: a few long pauses must not decide.
const MOST: f64 = 5.0;

/// Returns the correlation, −1 to 1, of the deviations from the median, over the length of the shorter sequence; `None`
/// if one of them hardly varies.
#[must_use]
pub(crate) fn correlation(a: &[u16], b: &[u16]) -> Option<f64> {
    let length = a.len().min(b.len());
    let (a, b) = (deviations(&a[..length])?, deviations(&b[..length])?);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    Some(product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt())
}

/// Returns the limited deviations from the median, with a mean of zero; `None` if fewer than a tenth deviate.
fn deviations(durations: &[u16]) -> Option<Vec<f64>> {
    let values: Vec<f64> = durations.iter().map(|value| f64::from(*value)).collect();
    let middle = median(values.clone())?;
    let deviating = values.iter().filter(|value| (**value - middle).abs() >= 0.5).count();
    if deviating * 10 < values.len() {
        return None;
    }
    let spread = median(values.iter().map(|value| (value - middle).abs()).collect())?.max(1.0);
    let limited: Vec<f64> = values.iter().map(|value| (value - middle).clamp(-MOST * spread, MOST * spread)).collect();
    let mean = limited.iter().sum::<f64>() / limited.len() as f64;
    Some(limited.into_iter().map(|value| value - mean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_examples_by_hand() {
        // Deviations -15, -5, 5, 15 and -15, 5, -5, 15.
        assert!((correlation(&[10, 20, 30, 40], &[10, 30, 20, 40]).unwrap() - 0.8).abs() < 1e-12);
        // 985 is limited to 50; with a mean of zero -23.75, -13.75, -3.75, 41.25.
        let expected = 1025.0 / (2468.75_f64 * 500.0).sqrt();
        assert!((correlation(&[0, 10, 20, 1000], &[0, 10, 20, 30]).unwrap() - expected).abs() < 1e-12);
        // Of ten values, one that deviates is enough.
        assert!(correlation(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 9], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).is_some());
    }

    proptest! {
        #[test]
        fn a_copy_correlates_even_if_it_was_scaled(durations in proptest::collection::vec(100u16..140, 100..200)) {
            let scaled: Vec<u16> = durations.iter().map(|value| value * 3 + 20).collect();
            prop_assert!(correlation(&durations, &scaled).unwrap() > 0.95);
        }

        #[test]
        fn unrelated_durations_do_not_correlate(
            a in proptest::collection::vec(100u16..140, 200),
            b in proptest::collection::vec(100u16..140, 200),
        ) {
            prop_assert!(correlation(&a, &b).unwrap().abs() < 0.5);
        }
    }

    #[test]
    fn equal_durations_show_nothing() {
        assert_eq!(correlation(&[20; 100], &[20; 100]), None);
        assert_eq!(correlation(&[], &[20]), None);
    }
}
