//! Top-1: the percentage of inputs whose largest output is that of their class. Of equal outputs, the first counts.
//! The MLCommons runner first divides every vector by its sum and averages the vectors of a file.
//!
//! Source: MLPerf Tiny rules, 4.1.1; the runners' printed figures, reproduced on every published run.

use std::collections::BTreeMap;

/// One output vector and the class of its input.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// One number per class.
    pub outputs: &'a [f64],
    /// The right class.
    pub class: usize,
}

/// Returns the index of the largest number, the first one if several are equal.
#[must_use]
pub(crate) fn first_maximum(outputs: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, value) in outputs.iter().enumerate() {
        if best.is_none_or(|(_, largest)| *value > largest) {
            best = Some((index, *value));
        }
    }
    best.map(|(index, _)| index)
}

/// Computes Top-1 in per cent.
///
/// # Errors
/// If there are no rows.
pub fn top1(rows: &[Row<'_>]) -> Result<f64, String> {
    if rows.is_empty() {
        return Err("there are no outputs".to_owned());
    }
    let right = rows.iter().filter(|row| first_maximum(row.outputs) == Some(row.class)).count();
    Ok(100.0 * right as f64 / rows.len() as f64)
}

/// Divides vectors by their sum and averages them per input, as the MLCommons runner does before it scores.
///
/// # Errors
/// If a vector sums to zero.
pub(crate) fn normalised_per_input(rows: &[Row<'_>], names: &[&str]) -> Result<Vec<(Vec<f64>, usize)>, String> {
    let mut inputs: BTreeMap<&str, (Vec<f64>, usize, u32)> = BTreeMap::new();
    for (row, name) in rows.iter().zip(names) {
        let sum: f64 = row.outputs.iter().sum();
        if sum == 0.0 {
            return Err(format!("the outputs for {name} sum to zero, so they cannot be normalised"));
        }
        let entry = inputs.entry(name).or_insert_with(|| (vec![0.0; row.outputs.len()], row.class, 0));
        for (total, value) in entry.0.iter_mut().zip(row.outputs) {
            *total += value / sum;
        }
        entry.2 += 1;
    }
    let mean = |(total, class, count): (Vec<f64>, usize, u32)| {
        (total.into_iter().map(|value| value / f64::from(count)).collect(), class)
    };
    Ok(inputs.into_values().map(mean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows of three outputs, many of them equal, each with its class.
    fn rows() -> impl Strategy<Value = Vec<(Vec<f64>, usize)>> {
        let outputs = proptest::collection::vec((0u8..4).prop_map(|level| f64::from(level) / 4.0), 3);
        proptest::collection::vec((outputs, 0usize..3), 1..30)
    }

    fn borrowed(rows: &[(Vec<f64>, usize)]) -> Vec<Row<'_>> {
        rows.iter().map(|(outputs, class)| Row { outputs, class: *class }).collect()
    }

    proptest! {
        /// Right: no output is larger than that of the class, and none before it is equal.
        #[test]
        fn top1_equals_its_definition(rows in rows()) {
            let is_right = |(outputs, class): &&(Vec<f64>, usize)| {
                let own = outputs[*class];
                outputs.iter().all(|other| *other <= own) && outputs[..*class].iter().all(|other| *other < own)
            };
            let share = rows.iter().filter(is_right).count() as f64 / rows.len() as f64;
            prop_assert!((top1(&borrowed(&rows)).unwrap() - 100.0 * share).abs() < 1e-9);
        }

        #[test]
        fn averages_per_input_equal_their_definition(rows in rows(), inputs in proptest::collection::vec(0usize..4, 30)) {
            let names: Vec<&str> = inputs[..rows.len()].iter().map(|input| ["a", "b", "c", "d"][*input]).collect();
            let found = normalised_per_input(&borrowed(&rows), &names);
            let is_empty = |(outputs, _): &(Vec<f64>, usize)| outputs.iter().all(|value| *value == 0.0);
            prop_assert_eq!(found.is_err(), rows.iter().any(is_empty));
            let known: std::collections::BTreeSet<&str> = names.iter().copied().collect();
            for (name, (mean, class)) in known.iter().zip(found.unwrap_or_default()) {
                let own: Vec<_> = rows.iter().zip(&names).filter(|(_, other)| *other == name).map(|(row, _)| row).collect();
                prop_assert_eq!(class, own[0].1);
                for (at, value) in mean.iter().enumerate() {
                    let shares = own.iter().map(|(outputs, _)| outputs[at] / (outputs[0] + outputs[1] + outputs[2]));
                    prop_assert!((value - shares.sum::<f64>() / own.len() as f64).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_first_of_equal_outputs_counts() {
        assert_eq!(first_maximum(&[0.0, 0.5, 0.5]), Some(1));
        assert_eq!(first_maximum(&[-0.0, 0.0]), Some(0));
        assert_eq!(first_maximum(&[]), None);
    }

    #[test]
    fn three_of_four_correct_are_75_per_cent() {
        let rows: Vec<_> = [0, 0, 0, 1].map(|class| Row { outputs: &[0.9, 0.1], class }).to_vec();
        assert_eq!(top1(&rows), Ok(75.0));
        assert!(top1(&[]).is_err());
    }

    #[test]
    fn repeats_of_an_input_are_averaged() {
        let rows = [Row { outputs: &[1.0, 3.0], class: 0 }, Row { outputs: &[8.0, 0.0], class: 0 }];
        let averaged = normalised_per_input(&rows, &["a", "a"]).unwrap();
        assert_eq!(averaged, [(vec![0.625, 0.375], 0)]);
        assert!(normalised_per_input(&[Row { outputs: &[0.0], class: 0 }], &["a"]).is_err());
    }
}
