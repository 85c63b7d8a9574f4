//! The median: the middle value of the sorted windows; for an even count, the mean of the middle two.
//!
//! Source: MLPerf Tiny Benchmark, 5.3 ("the median performance is reported").

/// Returns the median of finite numbers; `None` if there are none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(values[middle - 1], upper)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn at_most_half_of_the_values_are_below_or_above(values in proptest::collection::vec(-1e6f64..1e6, 1..20)) {
            let middle = median(values.clone()).unwrap();
            let below = values.iter().filter(|value| **value < middle).count();
            let above = values.iter().filter(|value| **value > middle).count();
            prop_assert!(below <= values.len() / 2 && above <= values.len() / 2);
            let mut reversed = values;
            reversed.reverse();
            prop_assert_eq!(median(reversed), Some(middle));
        }
    }

    #[test]
    fn even_counts_and_no_values() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
