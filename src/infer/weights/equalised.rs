//! Recognises weights after cross-layer equalisation.
//!
//! Equalisation multiplies each output channel of a filter by a factor, and divides the matching input channel of the next
//! filter by it, so that the model computes the same with scales that suit eight bits. A filter is then the reference's
//! times one factor per output and one per input channel, rounded. Neither sums nor hashes survive this. What is kept of a
//! reference tensor is a sample: its int8 values where its largest channels cross.
//!
//! Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019.

use std::fmt;

use super::fingerprint::{Form, Print};
use super::layout::{Layout, permuted};
use super::reference::references;

/// Most rows and most columns of a sample.
const SIDE: usize = 12;
/// Smallest tensor that is sampled, in values.
const FEWEST: usize = 1024;
/// Largest part by which a value may differ from the reference's times its factors, besides rounding.
const TOLERANCE: f64 = 0.01;
/// Minimum fraction of the values of a sample that agree.
const AGREEING: f64 = 0.95;
/// Magnitude from which a value of the reference, and one of a file, tell something: rounding is a small part of it.
const TELLING: (f64, f64) = (12.0, 6.0);
/// Minimum number of telling values beyond the number of factors.
const SURPLUS: usize = 12;
/// Minimum distance between the largest and the smallest factor, as a binary logarithm. With one factor for all, the tensor
/// is only multiplied.
const SPREAD: f64 = 0.1;

/// Values of a tensor where some of its output channels (rows) cross some of its input channels (columns). Of a filter
/// with one input channel the columns are places of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// Values by row, −127 to 127.
    values: Vec<i8>,
}

/// How the indices of rows and columns lead to a value: row, column → place.
struct Grid {
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
    /// Number of places of the window, and their distance. The place changes with the row and the column.
    window: (usize, usize),
    /// Whether columns are input channels, which have factors.
    scales_columns: bool,
}

impl Grid {
    fn of(shape: &[usize]) -> Option<Self> {
        let (outer, inner) = (*shape.first()?, *shape.last()?);
        let window: usize = shape.get(1..shape.len() - 1)?.iter().product();
        let grid = |rows, columns, row_stride, column_stride, window, scales_columns| Self {
            rows,
            columns,
            row_stride,
            column_stride,
            window,
            scales_columns,
        };
        Some(if outer == 1 {
            // Depthwise: one channel in, one channel out.
            grid(inner, window, 1, inner, (1, 0), false)
        } else if inner == 1 {
            grid(outer, window, window, 1, (1, 0), false)
        } else {
            grid(outer, inner, window * inner, 1, (window, inner), true)
        })
    }

    const fn place(&self, row: usize, column: usize) -> usize {
        let (window, distance) = self.window;
        let window = if window == 0 { 0 } else { (row + column) % window };
        row * self.row_stride + column * self.column_stride + window * distance
    }
}

impl Sample {
    /// Takes a sample of a tensor; `None` if it is too small, or has too few values that tell something.
    #[must_use]
    pub(super) fn of(shape: &[usize], values: &[i8]) -> Option<Self> {
        let grid = Grid::of(shape).filter(|_| values.len() >= FEWEST)?;
        let value = |row, column| values.get(grid.place(row, column)).copied().unwrap_or(0);
        let weight = |row, column| u32::from(value(row, column).unsigned_abs());
        let columns = largest(grid.columns, |column| (0..grid.rows).map(|row| weight(row, column)).sum::<u32>());
        let rows = largest(grid.rows, |row| columns.iter().map(|column| weight(row, *column)).sum::<u32>());
        let values = rows.iter().flat_map(|row| columns.iter().map(|column| value(*row, *column))).collect();
        let sample = Self { rows, columns, values };
        let telling = sample.values.iter().filter(|value| f64::from(value.unsigned_abs()) >= TELLING.0).count();
        (telling >= sample.rows.len() + sample.columns.len() + SURPLUS).then_some(sample)
    }

    /// A number that stands for the sample.
    #[must_use]
    pub(super) fn number(&self) -> u64 {
        super::fingerprint::hash_of(self.values.iter().map(|value| value.cast_unsigned()))
    }

    /// Parses rows, columns and values, as they are written to `rules/weights`.
    #[must_use]
    pub(super) fn parse(rows: &str, columns: &str, values: &str) -> Option<Self> {
        let indices = |text: &str| text.split('.').map(|index| index.parse().ok()).collect::<Option<Vec<usize>>>();
        let (rows, columns) = (indices(rows)?, indices(columns)?);
        let pairs = values.as_bytes().as_chunks::<2>().0.iter();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let values: Vec<i8> = pairs.map(|pair| byte(pair).map(u8::cast_signed)).collect::<Option<_>>()?;
        (values.len() == rows.len() * columns.len()).then_some(Self { rows, columns, values })
    }

    /// Whether the values of a tensor are those of the sample, times a factor per row and one per column. `value` returns
    /// the value at a place of the reference's shape; `rounding` is the largest error of a value by rounding.
    fn is_in(&self, grid: &Grid, value: &dyn Fn(usize) -> f64, rounding: f64) -> bool {
        let width = self.columns.len();
        let places = self.rows.iter().flat_map(|row| self.columns.iter().map(|column| grid.place(*row, *column)));
        let known: Vec<f64> = self.values.iter().copied().map(f64::from).collect();
        let found: Vec<f64> = places.map(value).collect();
        let telling = |(known, found): &(&f64, &f64)| known.abs() >= TELLING.0 && found.abs() >= rounding;
        let unknown = self.rows.len() + if grid.scales_columns { width } else { 0 };
        // Most tensors end here, before anything is solved.
        if known.iter().zip(&found).filter(telling).filter(|(_, found)| **found != 0.0).count() < unknown + SURPLUS {
            return false;
        }
        let differs = |(known, found): &(&f64, &f64)| *known * *found < 0.0 && known.abs() >= TELLING.0;
        if known.iter().zip(&found).filter(differs).count() * 20 > known.len() {
            return false;
        }
        let (rows, columns) = factors(&known, &found, width, grid.scales_columns);
        if spread(&rows).max(spread(&columns)) < SPREAD {
            return false;
        }
        let (mut compared, mut agreeing, mut telling) = (0_usize, 0_usize, 0);
        for (index, (known, found)) in known.iter().zip(&found).enumerate() {
            let (Some(row), Some(column)) = (rows[index / width], columns[index % width]) else { continue };
            if *known == 0.0 {
                continue;
            }
            let factor = (row + column).exp2();
            let expected = known * factor;
            let limited = if rounding > 0.0 { expected.clamp(-128.0, 127.0) } else { expected };
            let allowed = rounding + factor * 0.5 + expected.abs() * TOLERANCE;
            compared += 1;
            agreeing += usize::from((found - limited).abs() <= allowed);
            telling += usize::from(known.abs() >= TELLING.0 && expected.abs() >= TELLING.1 * 2.0 * rounding);
        }
        telling >= unknown + SURPLUS && agreeing as f64 >= AGREEING * compared as f64
    }
}

/// Returns the indices, below `count`, with the largest sums, in ascending order.
fn largest(count: usize, sum: impl Fn(usize) -> u32) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    indices.sort_by_key(|index| (std::cmp::Reverse(sum(*index)), *index));
    indices.truncate(SIDE);
    indices.sort_unstable();
    indices
}

/// Returns the distance between the largest and the smallest factor.
fn spread(factors: &[Option<f64>]) -> f64 {
    let known = || factors.iter().flatten().copied();
    known().fold(f64::MIN, f64::max) - known().fold(f64::MAX, f64::min)
}

/// Returns the binary logarithms of the factors of rows and columns that bring one grid of values nearest to another;
/// `None` for a row or column without values. Large values count more, because rounding changes them less.
fn factors(known: &[f64], found: &[f64], width: usize, columns: bool) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let height = known.len() / width.max(1);
    let ratio = |index: usize| {
        let (known, found) = (known[index].abs(), found[index].abs());
        (known > 0.0 && found > 0.0).then(|| ((found / known).log2(), known.min(found).powi(2)))
    };
    let ratios: Vec<Option<(f64, f64)>> = (0..known.len()).map(ratio).collect();
    let mut of_rows = vec![Some(0.0); height];
    let mut of_columns = vec![Some(0.0); width];
    let mean = |places: &mut dyn Iterator<Item = usize>, other: &dyn Fn(usize) -> Option<f64>| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for place in places {
            let (Some((ratio, weight)), Some(other)) = (ratios[place], other(place)) else { continue };
            sum += (ratio - other) * weight;
            weights += weight;
        }
        (weights > 0.0).then(|| sum / weights)
    };
    for _ in 0..if columns { 30 } else { 1 } {
        let of_row = |row| mean(&mut (row * width..(row + 1) * width), &|place| of_columns[place % width]);
        of_rows = (0..height).map(of_row).collect();
        if columns {
            let of_column = |column| mean(&mut (column..known.len()).step_by(width), &|place| of_rows[place / width]);
            of_columns = (0..width).map(of_column).collect();
        }
    }
    (of_rows, of_columns)
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |indices: &[usize]| indices.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        write!(f, "{} {} ", list(&self.rows), list(&self.columns))?;
        self.values.iter().try_for_each(|value| write!(f, "{value:02x}"))
    }
}

/// Numbers of values of the tensors that are recognised.
#[must_use]
pub(super) fn has_length(count: usize) -> bool {
    count >= FEWEST && samples().any(|(print, _)| print.elements() == count)
}

fn samples() -> impl Iterator<Item = (&'static Print, &'static Sample)> {
    references()
        .iter()
        .flat_map(|reference| reference.of_form(Form::Equalised))
        .filter_map(|print| Some((print, print.sample.as_ref()?)))
}

/// Returns the reference tensor that a tensor of a file is after equalisation, with the layout. `count` is its number of
/// values, which `value` returns by place; `rounding` is 0.5 for integers and 0 for real numbers.
#[must_use]
pub(super) fn equalised(count: usize, value: &dyn Fn(usize) -> f64, rounding: f64) -> Option<(&'static Print, String)> {
    samples().filter(|(print, _)| print.elements() == count).find_map(|(print, sample)| {
        let grid = Grid::of(&print.shape)?;
        let is_it = |layout: &Layout| {
            let places = layout.places(&print.shape);
            sample.is_in(&grid, &|place| value(places.of(place)), rounding)
        };
        let layout = permuted(&print.shape).find(is_it)?;
        Some((print, layout.name(&print.shape).to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudo-random numbers from 0 to 1.
    fn random(state: &mut u64) -> f64 {
        *state = super::super::fingerprint::mixed(*state);
        (*state >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn tensor(count: usize, state: &mut u64) -> Vec<i8> {
        // Like weights: small values are more frequent.
        #[allow(clippy::cast_possible_truncation)] // at most 127
        let value = |_| ((random(state) + random(state) + random(state) - 1.5) * 84.0).round() as i8;
        (0..count).map(value).collect()
    }

    /// Multiplies each output and each input channel by a factor, and quantises with one scale.
    fn equalise(values: &[i8], shape: &[usize], state: &mut u64) -> Vec<f64> {
        let (outer, inner) = (shape[0], shape[shape.len() - 1]);
        let rows: Vec<f64> = (0..outer).map(|_| (random(state) * 2.0 - 1.0).exp2()).collect();
        let columns: Vec<f64> = (0..inner).map(|_| (random(state) * 2.0 - 1.0).exp2()).collect();
        let per_row = values.len() / outer;
        let reals: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(place, value)| f64::from(*value) * rows[place / per_row] * columns[place % inner])
            .collect();
        let most = reals.iter().fold(0.0_f64, |most, real| most.max(real.abs()));
        reals.iter().map(|real| (real / most * 127.0).round()).collect()
    }

    fn is_known(sample: &Sample, shape: &[usize], values: &[f64]) -> bool {
        sample.is_in(&Grid::of(shape).unwrap(), &|place| values[place], 0.5)
    }

    #[test]
    fn equalised_tensors_are_recognised_and_others_are_not() {
        let mut state = 3;
        for shape in [vec![32, 3, 3, 16], vec![64, 1, 1, 64], vec![128, 8], vec![1, 3, 3, 128], vec![64, 10, 4, 1]] {
            let count = shape.iter().product();
            for _ in 0..20 {
                let values = tensor(count, &mut state);
                let sample = Sample::of(&shape, &values).unwrap();
                let text = sample.to_string();
                let words: Vec<&str> = text.split(' ').collect();
                assert_eq!(Sample::parse(words[0], words[1], words[2]).as_ref(), Some(&sample));
                let equal = equalise(&values, &shape, &mut state);
                assert!(is_known(&sample, &shape, &equal), "{shape:?}");
                // Training changes values by more than rounding does.
                let trained: Vec<f64> =
                    equal.iter().map(|value| (value * (1.0 + 0.3 * (random(&mut state) - 0.5))).round()).collect();
                assert!(!is_known(&sample, &shape, &trained), "{shape:?}");
                let other: Vec<f64> = tensor(count, &mut state).into_iter().map(f64::from).collect();
                assert!(!is_known(&sample, &shape, &other), "{shape:?}");
                // Only multiplied, and in another order.
                let doubled: Vec<f64> = values.iter().map(|value| f64::from(*value) / 2.0).collect();
                assert!(!is_known(&sample, &shape, &doubled), "{shape:?}");
                let mut shuffled = equal;
                shuffled.rotate_left(1);
                assert!(!is_known(&sample, &shape, &shuffled), "{shape:?}");
            }
        }
    }

    #[test]
    fn a_tensor_is_found_in_every_order_of_its_dimensions() {
        let (print, sample) = samples().find(|(print, _)| print.shape.len() == 4 && print.shape[3] > 8).unwrap();
        let grid = Grid::of(&print.shape).unwrap();
        // Only the values of the sample are known; each channel gets a factor.
        let mut values = vec![0.0; print.elements()];
        for (row, known) in sample.values.chunks(sample.columns.len()).enumerate() {
            for (column, known) in known.iter().enumerate() {
                let factor = 1.0 + row as f64 / 8.0 + column as f64 / 5.0;
                values[grid.place(sample.rows[row], sample.columns[column])] = f64::from(*known) * factor;
            }
        }
        // Not a product of two factors.
        assert!(equalised(values.len(), &|place| values[place], 0.0).is_none());
        for (row, known) in sample.values.chunks(sample.columns.len()).enumerate() {
            for (column, known) in known.iter().enumerate() {
                let factor = (1.0 + row as f64 / 8.0) * (1.0 + column as f64 / 5.0);
                values[grid.place(sample.rows[row], sample.columns[column])] = f64::from(*known) * factor;
            }
        }
        for layout in permuted(&print.shape) {
            let (mut stored, places) = (vec![0.0; values.len()], layout.places(&print.shape));
            (0..values.len()).for_each(|place| stored[places.of(place)] = values[place]);
            let found = equalised(values.len(), &|place| stored[place], 0.0);
            let (found, name) = found.unwrap();
            assert_eq!((found, name), (print, layout.name(&print.shape).to_string()));
        }
    }
}
