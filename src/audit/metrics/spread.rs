//! Repeatability: how far the windows of a run are from each other.

use schemars::JsonSchema;
use serde::Serialize;

use super::median::median;
use crate::model::{Run, Window};

/// Spread of the values of a run's windows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Spread {
    /// Number of windows.
    pub windows: usize,
    /// Coefficient of variation in per cent: the standard deviation of the sample over its mean.
    pub cv_percent: f64,
    /// Largest deviation of a window from the median, in per cent of the median.
    pub largest_deviation_percent: f64,
}

impl Spread {
    /// Computes the spread of positive values; `None` if there are fewer than two.
    #[must_use]
    pub fn new(values: &[f64]) -> Option<Self> {
        if values.len() < 2 || values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let middle = median(values.to_vec())?;
        let farthest = values.iter().map(|value| (value / middle - 1.0).abs()).fold(0.0, f64::max);
        Some(Self {
            windows: values.len(),
            cv_percent: 100.0 * variance.sqrt() / mean,
            largest_deviation_percent: 100.0 * farthest,
        })
    }

    /// Spread of the throughput of a run's windows.
    #[must_use]
    pub fn of_throughput(run: &Run) -> Option<Self> {
        let rate = |window: &Window| Some(window.inferences as f64 / window.seconds?);
        Self::new(&run.windows.iter().map(rate).collect::<Option<Vec<_>>>()?)
    }

    /// Spread of the energy per inference of a run's windows.
    #[must_use]
    pub fn of_energy(run: &Run) -> Option<Self> {
        let cost = |window: &Window| Some(window.energy_uj? / window.inferences as f64);
        Self::new(&run.windows.iter().map(cost).collect::<Option<Vec<_>>>()?)
    }

    /// Returns `CV 0.02 %, farthest window 0.04 %`.
    #[must_use]
    pub fn words(self) -> String {
        format!("CV {:.2} %, farthest window {:.2} %", self.cv_percent, self.largest_deviation_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_spread_of_known_values() {
        let spread = Spread::new(&[9.0, 10.0, 11.0]).unwrap();
        assert_eq!((spread.windows, spread.words().as_str()), (3, "CV 10.00 %, farthest window 10.00 %"));
        assert!(Spread::new(&[1.0]).is_none() && Spread::new(&[1.0, 0.0]).is_none());
    }

    proptest! {
        #[test]
        fn the_spread_does_not_depend_on_the_unit(values in proptest::collection::vec(0.1f64..1e4, 2..9), unit in 0.01f64..100.0) {
            let (own, other) = (Spread::new(&values).unwrap(), values.iter().map(|value| value * unit).collect::<Vec<_>>());
            let other = Spread::new(&other).unwrap();
            prop_assert!((own.cv_percent - other.cv_percent).abs() < 1e-6 * (1.0 + own.cv_percent));
            prop_assert!(own.largest_deviation_percent >= 0.0);
        }
    }
}
