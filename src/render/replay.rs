//! How the outputs of a result compare with those of the reference model, as text and JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Benchmark, Replay};
use crate::round::Mode;

/// The output vectors of an accuracy run, compared row by row with those of the reference model.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReplayRow {
    /// The arithmetic in which the reference model gives these outputs: `int8-single`, `int8-double`, `float-a`,
    /// `float-b`, or `other` if fewer than 99 % of the rows are equal to within 1/256.
    arithmetic: &'static str,
    /// Number of rows.
    rows: usize,
    /// How many of them are equal to the bit, as far as they are printed; if `other`, in the nearest arithmetic.
    exact: usize,
    /// Largest difference of an output, in 256ths.
    max_lsb: u32,
    /// Rows of a replayed log that differ by more than 8/256; at most twenty.
    beyond: Vec<BeyondRow>,
}

/// A row that is not that of the reference model.
#[derive(Debug, Serialize, JsonSchema)]
struct BeyondRow {
    /// The input.
    input: &'static str,
    /// The outputs in the log.
    printed: Vec<f64>,
    /// The outputs of the reference model.
    expected: Vec<f64>,
    /// Largest difference, in 256ths.
    lsb: u32,
}

fn replay(benchmark: &Benchmark) -> Option<&Replay> {
    benchmark.run(Mode::Accuracy)?.replay.as_ref()
}

impl ReplayRow {
    /// Returns the row of a result; `None` if there is no reference, or no complete log.
    #[must_use]
    pub(crate) fn of(benchmark: &Benchmark) -> Option<Self> {
        let replay = replay(benchmark)?;
        let beyond = replay.beyond.iter().map(|row| BeyondRow {
            input: row.input,
            printed: row.printed.clone(),
            expected: row.expected.clone(),
            lsb: row.lsb,
        });
        Some(Self {
            arithmetic: replay.arithmetic,
            rows: replay.rows,
            exact: replay.exact,
            max_lsb: replay.max_lsb,
            beyond: beyond.collect(),
        })
    }
}

/// Formats the same in one line.
#[must_use]
pub(crate) fn words(benchmark: &Benchmark) -> Option<String> {
    let Replay { arithmetic, nearest, rows, exact, max_lsb, .. } = replay(benchmark)?;
    let described = |name: &str| match name {
        "int8-single" => "int8, single rounding",
        "int8-double" => "int8, double rounding",
        "float-a" => "floating point, the weights of the .tflite files",
        _ => "floating point, the weights of the SavedModel",
    };
    let name = described(nearest);
    Some(if *arithmetic == "other" {
        format!(
            "the rows are not those of the reference model in a known arithmetic; in the nearest ({name}), {exact} of \
             {rows} rows are equal. This says nothing about the result"
        )
    } else {
        format!(
            "{exact} of {rows} rows are those of the reference model ({name}); the largest difference is {max_lsb}/256"
        )
    })
}
