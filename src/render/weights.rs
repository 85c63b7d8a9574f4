//! The known weights whose outputs are nearest to a result's, as text and JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::metrics::weights::probability;
use crate::model::{Agreement, Benchmark};
use crate::round::Mode;

/// How the outputs of a result agree with those of the nearest known weights.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WeightsRow {
    /// The letter of the nearest known weights.
    family: String,
    /// What is known about these weights.
    title: String,
    /// Answered inputs on which all reference runs with these weights agree clearly.
    sure_inputs: usize,
    /// How many of these this run answers differently.
    answered_otherwise: usize,
    /// Number of differing answers that are correct where the reference answer is wrong.
    differing_right: usize,
    /// Number of differing answers that are wrong where the reference answer is correct.
    differing_wrong: usize,
    /// Probability, 0 to 1, that at least so many of them are correct by chance.
    probability: f64,
    /// Answered inputs that nearly all submitters get wrong.
    hard_inputs: usize,
    /// How many of these this run answers correctly.
    hard_right: usize,
}

impl WeightsRow {
    /// Builds the row of a result; `None` if its outputs are not compared with known weights.
    #[must_use]
    pub(crate) fn of(benchmark: &Benchmark) -> Option<Self> {
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

/// Returns the agreement of a result's accuracy run.
fn agreement(benchmark: &Benchmark) -> Option<&Agreement> {
    benchmark.runs.get(&Mode::Accuracy)?.agreement.as_ref()
}

/// Formats the same in one line.
#[must_use]
pub(crate) fn words(benchmark: &Benchmark) -> Option<String> {
    let agreement = agreement(benchmark)?;
    let Agreement { family, sure, otherwise, signs, hard, .. } = agreement;
    if family.has_scores() {
        let near = sure - otherwise;
        return Some(format!(
            "{near} of {sure} files have the score of {}, to within the spread of runtimes; a reference of one \
             computation, so it is not judged",
            family.title
        ));
    }
    Some(format!(
        "nearest to known weights {} ({}): on {otherwise} of {sure} inputs where all reference runs agree clearly, \
         this run answers differently ({:.2} %); of the differing answers, {} are correct where the reference is wrong \
         and {} wrong where it is correct; {} of {} inputs that nearly all submitters get wrong are answered correctly",
        family.name,
        family.title,
        100.0 * agreement.otherwise_fraction(),
        signs.right,
        signs.wrong,
        hard.1,
        hard.0
    ))
}
