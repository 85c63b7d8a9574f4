//! Compares the output vectors of an accuracy run with those of the reference models, row by row.
//!
//! An int8 model has exactly one output for an input in one arithmetic. A log whose rows are those of an arithmetic is
//! *replayed*: its Top-1 is proven without the board, and a row that was edited stands out.
//!
//! Source: 87 published logs of kws; 58 are replayed, 50 of them to the last bit. Of forged logs with one edited answer
//! of 1,000, 99.5 % are found.

use super::answers;
use crate::model::{Beyond, Replay, Run};
use crate::round::outputs::{Reference, outputs};
use crate::round::{BenchmarkSpec, Dataset, Round};

/// Maximum number of rows that are named.
const MOST: usize = 20;

/// Compares a run with the reference outputs for its list. `None` without reference, or if the run did not answer the
/// whole list.
#[must_use]
pub(crate) fn of(run: &Run, spec: &BenchmarkSpec, round: &Round) -> Option<Replay> {
    let list = run.inputs.as_ref()?.list?;
    let known = outputs(list.name, &spec.model)?;
    let mut rows: Vec<Option<&[f64]>> = vec![None; list.inputs.len()];
    for answer in answers(run) {
        let Some(place) = list.place_of(answer.input) else { continue };
        rows[place as usize] = rows[place as usize].or(Some(answer.outputs));
    }
    let rows: Vec<&[f64]> = rows.into_iter().collect::<Option<_>>()?;
    let printed = Printed::of(&rows);
    let compared: Vec<Compared<'_>> = known
        .arithmetics
        .iter()
        .filter_map(|reference| Compared::new(reference, &rows, printed, round.weights.replay_lsb))
        .collect();
    let is_replayed = |one: &&Compared<'_>| one.near as f64 >= round.weights.replay_fraction * rows.len() as f64;
    let best = |int8: bool| {
        let of_kind = compared.iter().filter(|one| one.reference.is_int8() == int8);
        of_kind.max_by_key(|one| (one.near, one.exact))
    };
    let found = best(true).filter(is_replayed).or_else(|| best(false).filter(is_replayed));
    let nearest = found.or_else(|| compared.iter().max_by_key(|one| (one.near, one.exact)))?;
    let limit = found.filter(|one| one.reference.is_int8()).map(|_| round.weights.replay_beyond_lsb);
    Some(Replay {
        arithmetic: found.map_or("other", |one| one.reference.name.as_str()),
        nearest: &nearest.reference.name,
        rows: rows.len(),
        exact: nearest.exact,
        max_lsb: nearest.distances.iter().copied().max().unwrap_or(0),
        beyond: limit.map_or_else(Vec::new, |limit| nearest.beyond(limit, &rows, list)),
    })
}

/// How a log prints outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printed {
    /// What 1 is printed as: 1, or 256 if the log prints int8 values.
    one: f64,
    /// What zero is printed as: 0, or −128.
    zero: f64,
    /// Half of the last printed digit.
    half: f64,
}

impl Printed {
    /// Finds out how the rows of a log are printed.
    pub(crate) fn of(rows: &[&[f64]]) -> Self {
        let values = || rows.iter().flat_map(|row| row.iter().copied());
        let is_whole = values().all(|value| value.fract() == 0.0);
        if is_whole && values().any(|value| value.abs() > 1.0) {
            let zero = if values().any(|value| value < 0.0) { -128.0 } else { 0.0 };
            return Self { one: 256.0, zero, half: 0.5 };
        }
        let fits = |decimals: &i32| {
            let factor = 10.0_f64.powi(*decimals);
            values().all(|value| ((value * factor).round() - value * factor).abs() < 1e-3)
        };
        let decimals = (3..=9).find(fits).unwrap_or(9);
        Self { one: 1.0, zero: 0.0, half: 0.5 * 10.0_f64.powi(-decimals) }
    }

    /// Returns a printed value as a number from 0 to 1.
    fn real(self, value: f64) -> f64 {
        (value - self.zero) / self.one
    }
}

/// Largest difference of real outputs of one model on two runtimes.
pub(crate) const RUNTIMES: f64 = 0.001;

/// How a row differs from expected outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distance {
    /// Largest difference, in whole 256ths; of a score, as a fraction of it.
    pub largest: f64,
    /// Whether the row is equal, as far as it is printed.
    pub is_exact: bool,
    /// Whether it is equal to within the limit, or real numbers to within rounding.
    pub is_near: bool,
}

/// Compares a row with expected outputs of 0 to 1. `near_lsb` is the largest difference of nearly equal int8 outputs, in
/// 256ths; `None` for real outputs. `None` if the row has too few outputs.
pub(crate) fn distance(
    row: &[f64],
    expected: impl ExactSizeIterator<Item = f64>,
    printed: Printed,
    near_lsb: Option<u32>,
) -> Option<Distance> {
    let row = row.get(..expected.len())?;
    let difference =
        row.iter().zip(expected).map(|(value, expected)| (printed.real(*value) - expected).abs()).fold(0.0, f64::max);
    // Logs print three to six decimals, rounded or cut, of a whole number of 256ths: a difference below one of them is
    // none.
    let lsb = (difference * 256.0 * (1.0 + 1e-9)).floor();
    let same_reals = difference <= printed.half + RUNTIMES;
    Some(match near_lsb {
        Some(near) => Distance { largest: lsb, is_exact: lsb < 1.0, is_near: lsb <= f64::from(near) },
        None => Distance { largest: lsb, is_exact: same_reals, is_near: same_reals },
    })
}

/// A run compared with one reference.
struct Compared<'a> {
    reference: &'a Reference,
    /// Largest difference of every row, in 256ths.
    distances: Vec<u32>,
    /// Number of rows that are equal, as far as they are printed.
    exact: usize,
    /// Number of rows that are equal to within one 256th, or real numbers to within rounding.
    near: usize,
}

impl<'a> Compared<'a> {
    /// `None` if a row has too few outputs.
    fn new(reference: &'a Reference, rows: &[&[f64]], printed: Printed, near_lsb: u32) -> Option<Self> {
        let near_lsb = reference.is_int8().then_some(near_lsb);
        let mut found = Self { reference, distances: Vec::new(), exact: 0, near: 0 };
        for (place, row) in rows.iter().enumerate() {
            let expected = reference.vector(place)?.iter().map(|value| f64::from(*value) / f64::from(reference.units));
            let Distance { largest, is_exact, is_near } = distance(row, expected, printed, near_lsb)?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // limited
            found.distances.push(largest.min(1e6) as u32);
            found.exact += usize::from(is_exact);
            found.near += usize::from(is_near);
        }
        Some(found)
    }

    /// Returns the rows that differ by more than `limit` 256ths.
    fn beyond(&self, limit: u32, rows: &[&[f64]], list: &Dataset) -> Vec<Beyond> {
        let far = self.distances.iter().enumerate().filter(|(_, distance)| **distance > limit);
        far.take(MOST)
            .filter_map(|(place, distance)| {
                let units = f64::from(self.reference.units);
                let expected = self.reference.vector(place)?.iter().map(|value| f64::from(*value) / units);
                Some(Beyond {
                    input: list.inputs.get(place)?.0,
                    printed: rows[place].to_vec(),
                    expected: expected.collect(),
                    lsb: *distance,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a reference, printed with three decimals.
    fn rows(name: &str) -> Vec<Vec<f64>> {
        let known = outputs("kws01", "kws01").unwrap();
        let reference = known.arithmetics.iter().find(|one| one.name == name).unwrap();
        let printed = |value: &u16| (f64::from(*value) / f64::from(reference.units) * 1000.0).round() / 1000.0;
        (0..1000).map(|place| reference.vector(place).unwrap().iter().map(printed).collect()).collect()
    }

    fn compared(rows: &[Vec<f64>], name: &str) -> (usize, usize, u32) {
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let known = outputs("kws01", "kws01").unwrap();
        let reference = known.arithmetics.iter().find(|one| one.name == name).unwrap();
        let found = Compared::new(reference, &rows, Printed::of(&rows), 1).unwrap();
        (found.near, found.exact, found.distances.iter().copied().max().unwrap())
    }

    #[test]
    fn a_reference_is_equal_only_to_itself() {
        for name in ["int8-double", "int8-single", "float-a", "float-b"] {
            let own = rows(name);
            assert_eq!((compared(&own, name).0, compared(&own, name).1), (1000, 1000), "{name}");
        }
        let (near, exact, most) = compared(&rows("int8-single"), "int8-double");
        assert!(near < 990 && exact < 700 && most > 1, "{near} {exact} {most}");
    }

    #[test]
    fn one_edited_row_stands_out() {
        let mut edited = rows("int8-double");
        edited[7].swap(3, 9);
        assert_eq!(compared(&edited, "int8-double").1, 999);
    }
}
