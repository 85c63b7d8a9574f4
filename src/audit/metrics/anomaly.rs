//! Anomaly detection: the score of a file is the mean over its slices. Files are classified with thresholds spread
//! evenly from the smallest to the largest score.
//!
//! * AUC, EEMBC runner: thresholds min + k/100 of the range, k = 0 … 100, as in [`super::auc::thresholded`].
//!   MLCommons runner: the exact area, [`super::auc::exact`].
//! * "Top-1", EEMBC runner: the best fraction of files classified correctly; MLCommons runner: the best mean of
//!   precision and recall; both over k = 0 … 99. Neither counts for the target, and they are not comparable.
//!
//! Source: MLPerf Tiny rules, 4.1.1 (AUC); the reference evaluation scripts' figures.

use super::auc;

fn thresholds(scores: &[(f64, bool)], steps: u32) -> Vec<f64> {
    let lowest = scores.iter().map(|(score, _)| *score).fold(f64::INFINITY, f64::min);
    let highest = scores.iter().map(|(score, _)| *score).fold(f64::NEG_INFINITY, f64::max);
    (0..steps).map(|step| lowest + f64::from(step) * 0.01 * (highest - lowest)).collect()
}

/// Computes AUC as the EEMBC runner does.
///
/// # Errors
/// If a class has no files.
pub fn thresholded_auc(scores: &[(f64, bool)]) -> Result<f64, String> {
    auc::thresholded(scores, &thresholds(scores, 101))
}

/// Computes "Top-1" in per cent as the EEMBC runner does.
///
/// # Errors
/// If there are no files.
pub fn best_accuracy(scores: &[(f64, bool)]) -> Result<f64, String> {
    best(scores, |true_positives, false_positives, positives| {
        let total = scores.len() as f64;
        let negatives = total - positives;
        (true_positives + negatives - false_positives) / total
    })
}

/// Computes "Top 1%" as the MLCommons runner does.
///
/// # Errors
/// If there are no files.
pub fn best_precision_recall(scores: &[(f64, bool)]) -> Result<f64, String> {
    /// The constant that the runner adds to avoid division by zero.
    const GUARD: f64 = 1e-8;
    best(scores, |true_positives, false_positives, positives| {
        let precision = true_positives / (true_positives + false_positives + GUARD);
        let recall = true_positives / (positives + GUARD);
        f64::midpoint(precision, recall)
    })
}

fn best(scores: &[(f64, bool)], judge: impl Fn(f64, f64, f64) -> f64) -> Result<f64, String> {
    let positives = scores.iter().filter(|(_, positive)| *positive).count() as f64;
    thresholds(scores, 100)
        .into_iter()
        .filter(|_| !scores.is_empty())
        .map(|threshold| {
            let above = |wanted: bool| {
                scores.iter().filter(|(score, positive)| *positive == wanted && *score > threshold).count() as f64
            };
            100.0 * judge(above(true), above(false), positives)
        })
        .reduce(f64::max)
        .ok_or_else(|| "there are no files".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Thresholds, counts and scores, written down once more from the definition.
        #[test]
        fn figures_equal_their_definition(
            scores in proptest::collection::vec(((10u8..40).prop_map(f64::from), any::<bool>()), 2..20)
                .prop_filter("both", |all| all.iter().any(|one| one.1) && all.iter().any(|one| !one.1)),
        ) {
            let sorted = { let mut sorted: Vec<f64> = scores.iter().map(|one| one.0).collect(); sorted.sort_by(f64::total_cmp); sorted };
            let (lowest, range) = (sorted[0], sorted[sorted.len() - 1] - sorted[0]);
            let threshold = |step: u32| lowest + f64::from(step) * 0.01 * range;
            let above = |step: u32, wanted: bool| scores.iter().filter(|one| one.1 == wanted && one.0 > threshold(step)).count() as f64;
            let count = |wanted: bool| scores.iter().filter(|one| one.1 == wanted).count() as f64;
            let best = |figure: &dyn Fn(u32) -> f64| (0..100).map(figure).fold(f64::MIN, f64::max);
            let accuracy = best(&|step| {
                100.0 * (above(step, true) + (count(false) - above(step, false))) / scores.len() as f64
            });
            prop_assert!((best_accuracy(&scores).unwrap() - accuracy).abs() < 1e-9);
            let mean = best(&|step| {
                let all = above(step, true) + above(step, false);
                let precision = if all > 0.0 { above(step, true) / all } else { 0.0 };
                50.0 * (precision + above(step, true) / count(true))
            });
            prop_assert!((best_precision_recall(&scores).unwrap() - mean).abs() < 1e-5);
            let point = |step: u32| {
                if step == 0 { (1.0, 1.0) } else { (above(step, false) / count(false), above(step, true) / count(true)) }
            };
            let area: f64 = (1..=100).map(|step| {
                let (before, after) = (point(step - 1), point(step));
                (before.0 - after.0) * (before.1 + after.1) / 2.0
            }).sum();
            prop_assert!((thresholded_auc(&scores).unwrap() - area).abs() < 1e-12);
        }
    }

    #[test]
    fn separated_scores_are_perfect() {
        let scores = [(1.0, false), (2.0, false), (8.0, true), (9.0, true)];
        assert!((thresholded_auc(&scores).unwrap() - 1.0).abs() < 1e-12);
        assert!((best_accuracy(&scores).unwrap() - 100.0).abs() < 1e-9);
        assert!((best_precision_recall(&scores).unwrap() - 100.0).abs() < 1e-5);
        assert!(best_accuracy(&[]).is_err());
    }
}
