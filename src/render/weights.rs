//! Which known weights a result's answers are nearest to, for people and programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::metrics::weights::probability;
use crate::model::{Agreement, Benchmark};
use crate::round::Mode;

/// How the answers of a result agree with those of known weights.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WeightsRow {
    /// The letter of the nearest family of known weights.
    family: String,
    /// What is known of it.
    title: String,
    /// Inputs that all submitters with these weights answer alike, and clearly, and that were answered here.
    sure_inputs: usize,
    /// How many of them are answered otherwise here.
    answered_otherwise: usize,
    /// Of all answers that differ, those that are right where the family's is wrong.
    differing_right: usize,
    /// Of all answers that differ, those that are wrong where the family's is right.
    differing_wrong: usize,
    /// The probability that chance makes so many of them right, 0 to 1.
    probability: f64,
    /// Inputs that nearly every submitter gets wrong.
    hard_inputs: usize,
    /// How many of them are answered right here.
    hard_right: usize,
}

impl WeightsRow {
    /// The row of a result; `None` where its answers are compared with none.
    #[must_use]
    pub fn of(benchmark: &Benchmark) -> Option<Self> {
        let agreement = agreement(benchmark)?;
        Some(Self {
            family: agreement.family.name.clone(),
            title: agreement.family.title.clone(),
            sure_inputs: agreement.sure,
            answered_otherwise: agreement.otherwise,
            differing_right: agreement.signs.right,
            differing_wrong: agreement.signs.wrong,
            probability: probability(agreement.signs),
            hard_inputs: agreement.hard.0,
            hard_right: agreement.hard.1,
        })
    }
}

/// The agreement of a result's accuracy run.
fn agreement(benchmark: &Benchmark) -> Option<&Agreement> {
    benchmark.runs.get(&Mode::Accuracy)?.agreement.as_ref()
}

/// The same in one line.
#[must_use]
pub fn words(benchmark: &Benchmark) -> Option<String> {
    let agreement = agreement(benchmark)?;
    let Agreement { family, sure, otherwise, signs, hard, .. } = agreement;
    Some(format!(
        "nearest to family {} ({}): {otherwise} of {sure} sure inputs answered otherwise ({:.2} %); of the answers that \
         differ {} are right and {} wrong; {} of {} hard inputs are right",
        family.name,
        family.title,
        100.0 * agreement.otherwise_fraction(),
        signs.right,
        signs.wrong,
        hard.1,
        hard.0
    ))
}
