//! Area under the ROC curve, in the definitions of both runners.
//!
//! * MLCommons runner: exact, as the probability that a positive scores above a negative, ties counting half. For more
//!   than two classes, the mean over the classes of one class against the rest; for two classes, that of the second
//!   class.
//! * EEMBC runner: thresholds 0.00, 0.01 … 1.00; a score counts as positive if it is strictly above the threshold; the
//!   first point is set to (1, 1); trapezoidal rule; mean over the classes.
//!
//! Source: MLPerf Tiny rules, 4.1.1; the printed figures of all published runs, reproduced.

use super::accuracy::Row;

/// Computes the exact area from scores and whether each is a positive.
///
/// # Errors
/// If there is no positive or no negative.
pub(crate) fn exact(scores: &[(f64, bool)]) -> Result<f64, String> {
    let positives = scores.iter().filter(|(_, positive)| *positive).count() as u64;
    let negatives = scores.len() as u64 - positives;
    if positives == 0 || negatives == 0 {
        return Err("a class has no inputs".to_owned());
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    // Twice the number of correctly ordered (negative, positive) pairs, so that ties, counting half, are exact
    // integers.
    let mut pairs = 0u64;
    let mut below = 0u64;
    // Compared by value, so that -0.0 and 0.0 tie.
    #[allow(clippy::float_cmp)]
    for tied in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let positive = tied.iter().filter(|(_, positive)| *positive).count() as u64;
        let negative = tied.len() as u64 - positive;
        pairs += positive * (2 * below + negative);
        below += negative;
    }
    Ok(pairs as f64 / (2 * positives * negatives) as f64)
}

/// Computes the exact area of one class against the rest, mean over the classes; for two classes, of the second class
/// only.
///
/// # Errors
/// If a class has no inputs.
pub fn one_versus_rest(rows: &[Row<'_>], classes: usize) -> Result<f64, String> {
    let of_class = |class: usize| {
        let scores: Vec<_> = rows.iter().map(|row| (row.outputs[class], row.class == class)).collect();
        exact(&scores)
    };
    if classes == 2 {
        return of_class(1);
    }
    let areas: Result<Vec<f64>, String> = (0..classes).map(of_class).collect();
    Ok(areas?.iter().sum::<f64>() / classes as f64)
}

/// Computes the area as the EEMBC runner does, mean over the classes.
///
/// # Errors
/// If a class has no inputs.
pub fn thresholded_mean(rows: &[Row<'_>], classes: usize) -> Result<f64, String> {
    let thresholds: Vec<f64> = (0..=100).map(|step| f64::from(step) * 0.01).collect();
    let mut total = 0.0;
    for class in 0..classes {
        let scores: Vec<_> = rows.iter().map(|row| (row.outputs[class], row.class == class)).collect();
        total += thresholded(&scores, &thresholds)?;
    }
    Ok(total / classes as f64)
}

/// Computes the area under the curve at the given ascending thresholds, with the first point set to (1, 1).
///
/// # Errors
/// If there is no positive or no negative.
pub(crate) fn thresholded(scores: &[(f64, bool)], thresholds: &[f64]) -> Result<f64, String> {
    let mut positives: Vec<f64> = scores.iter().filter(|(_, positive)| *positive).map(|(score, _)| *score).collect();
    let mut negatives: Vec<f64> = scores.iter().filter(|(_, positive)| !*positive).map(|(score, _)| *score).collect();
    if positives.is_empty() || negatives.is_empty() {
        return Err("a class has no inputs".to_owned());
    }
    positives.sort_by(f64::total_cmp);
    negatives.sort_by(f64::total_cmp);
    let rate = |sorted: &[f64], threshold: f64| {
        let above = sorted.len() - sorted.partition_point(|score| *score <= threshold);
        above as f64 / sorted.len() as f64
    };
    let mut area = 0.0;
    let mut previous = (1.0, 1.0);
    for threshold in thresholds.iter().skip(1) {
        let point = (rate(&negatives, *threshold), rate(&positives, *threshold));
        area += (previous.0 - point.0) * (previous.1 + point.1) / 2.0;
        previous = point;
    }
    Ok(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(scores: &[(f64, bool)]) -> f64 {
        let mut sum = 0.0;
        let mut pairs = 0.0;
        for (positive, _) in scores.iter().filter(|(_, positive)| *positive) {
            for (negative, _) in scores.iter().filter(|(_, positive)| !*positive) {
                pairs += 1.0;
                sum += if positive > negative {
                    1.0
                } else if positive < negative {
                    0.0
                } else {
                    0.5
                };
            }
        }
        sum / pairs
    }

    fn naive_thresholded(scores: &[(f64, bool)], thresholds: &[f64]) -> f64 {
        let rate = |wanted: bool, threshold: f64| {
            let class: Vec<_> = scores.iter().filter(|(_, positive)| *positive == wanted).collect();
            class.iter().filter(|(score, _)| *score > threshold).count() as f64 / class.len() as f64
        };
        let mut points: Vec<_> =
            thresholds.iter().map(|threshold| (rate(false, *threshold), rate(true, *threshold))).collect();
        points[0] = (1.0, 1.0);
        points.windows(2).map(|pair| (pair[0].0 - pair[1].0) * (pair[0].1 + pair[1].1) / 2.0).sum()
    }

    fn scored() -> impl Strategy<Value = Vec<(f64, bool)>> {
        proptest::collection::vec(((-2i32..12).prop_map(|score| f64::from(score) / 10.0), any::<bool>()), 2..40)
            .prop_filter("both classes", |scores| {
                scores.iter().any(|score| score.1) && scores.iter().any(|score| !score.1)
            })
    }

    /// Outputs of three classes, and inputs of every class.
    fn of_three_classes() -> impl Strategy<Value = Vec<(Vec<f64>, usize)>> {
        let outputs = || proptest::collection::vec((0u8..12).prop_map(|score| f64::from(score) / 10.0), 3);
        proptest::collection::vec(outputs(), 3..30)
            .prop_map(|rows| rows.into_iter().enumerate().map(|(at, outputs)| (outputs, at % 3)).collect())
    }

    fn of_class(rows: &[(Vec<f64>, usize)], wanted: usize) -> Vec<(f64, bool)> {
        rows.iter().map(|(outputs, class)| (outputs[wanted], *class == wanted)).collect()
    }

    proptest! {
        #[test]
        fn areas_of_several_classes_are_means(rows in of_three_classes()) {
            let given: Vec<Row<'_>> = rows.iter().map(|(outputs, class)| Row { outputs, class: *class }).collect();
            let thresholds: Vec<f64> = (0..=100).map(|step| f64::from(step) * 0.01).collect();
            let classes = [0, 1, 2].map(|class| of_class(&rows, class));
            let expected = classes.iter().map(|scores| naive(scores)).sum::<f64>() / 3.0;
            prop_assert!((one_versus_rest(&given, 3).unwrap() - expected).abs() < 1e-12);
            let expected = classes.iter().map(|scores| naive_thresholded(scores, &thresholds)).sum::<f64>() / 3.0;
            prop_assert!((thresholded_mean(&given, 3).unwrap() - expected).abs() < 1e-12);
            let two: Vec<_> = rows.iter().map(|(outputs, class)| (outputs.clone(), class % 2)).collect();
            let given: Vec<Row<'_>> = two.iter().map(|(outputs, class)| Row { outputs, class: *class }).collect();
            prop_assert!((one_versus_rest(&given, 2).unwrap() - naive(&of_class(&two, 1))).abs() < 1e-12);
        }

        #[test]
        fn exact_area_equals_the_count_of_pairs(scores in scored()) {
            prop_assert!((exact(&scores).unwrap() - naive(&scores)).abs() < 1e-12);
        }

        #[test]
        fn thresholded_area_equals_its_definition(scores in scored()) {
            let thresholds: Vec<f64> = (0..=100).map(|step| f64::from(step) * 0.01).collect();
            let area = thresholded(&scores, &thresholds).unwrap();
            prop_assert!((area - naive_thresholded(&scores, &thresholds)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_class_without_inputs_has_no_area() {
        assert!(exact(&[(0.5, true)]).is_err());
        assert!(thresholded(&[(0.5, false)], &[0.0]).is_err());
    }
}
