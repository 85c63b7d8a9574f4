//! The known weights whose outputs are nearest to a result's, as text and JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::metrics::weights::probability;
use crate::model::{Agreement, Benchmark, Rung};
use crate::round::Mode;

/// The weights of a result: how its answers agree with those of the nearest known weights, and which reference weights
/// are in its code.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WeightsRow {
    /// The letter of the nearest known weights; null, like the other fields on answers, if they are not compared.
    family: Option<String>,
    /// What is known about these weights.
    title: Option<String>,
    /// Answered inputs on which all reference runs with these weights agree clearly.
    sure_inputs: Option<usize>,
    /// How many of these this run answers differently.
    answered_otherwise: Option<usize>,
    /// Number of differing answers that are correct where the reference answer is wrong.
    differing_right: Option<usize>,
    /// Number of differing answers that are wrong where the reference answer is correct.
    differing_wrong: Option<usize>,
    /// Probability, 0 to 1, that at least so many of them are correct by chance.
    probability: Option<f64>,
    /// Answered inputs that nearly all submitters get wrong.
    hard_inputs: Option<usize>,
    /// How many of these this run answers correctly.
    hard_right: Option<usize>,
    /// The reference whose weights are in the code: `ad`, `ic`, `ic2`, `kws-a` (the .tflite files), `kws-b` (the
    /// SavedModel), `sww` or `vww`; null if none are.
    reference: Option<&'static str>,
    /// How they are there: `exact-int8`, `exact-float`, `requantised`, `dead-channels-removed`, `equalised`, `partial` or
    /// `none`, which says nothing about the result.
    r#match: &'static str,
    /// How real weights were quantised anew: `per-tensor` or `per-channel`.
    scheme: Option<&'static str>,
    /// Fraction of the reference's weights that are there, 0 to 1.
    share: f64,
    /// Order in which the largest tensor is stored, `OHWI` for output channels, height, width, input channels;
    /// `unknown` if it is none of the usual ones.
    layout: Option<String>,
    /// The file with the most of these weights.
    file: Option<String>,
    /// Offset in this file, in bytes: of a tensor, or of its table in text; in an image, its address.
    offset: Option<u64>,
    /// Whether the file may belong to other systems of the submitter, too.
    shared_folder: bool,
    /// `shipped` if there are files in the code, `absent`, or `unreadable`.
    code: &'static str,
}

impl WeightsRow {
    /// Builds the row of a result; `None` if neither answers nor code are compared.
    #[must_use]
    pub(crate) fn of(benchmark: &Benchmark) -> Option<Self> {
        let agreement = agreement(benchmark);
        let code = benchmark.weights.as_deref();
        if agreement.is_none() && code.is_none() {
            return None;
        }
        let file = code.and_then(|code| code.file.clone());
        Some(Self {
            family: agreement.map(|one| one.family.name.clone()),
            title: agreement.map(|one| one.family.title.clone()),
            sure_inputs: agreement.map(|one| one.sure),
            answered_otherwise: agreement.map(|one| one.otherwise),
            differing_right: agreement.map(|one| one.signs.right),
            differing_wrong: agreement.map(|one| one.signs.wrong),
            probability: agreement.map(|one| probability(one.signs)),
            hard_inputs: agreement.map(|one| one.hard.0),
            hard_right: agreement.map(|one| one.hard.1),
            reference: code.and_then(|code| code.reference),
            r#match: code.map_or(Rung::None, |code| code.rung).name(),
            scheme: code.and_then(|code| code.scheme),
            share: code.map_or(0.0, |code| (code.share * 1e4).round() / 1e4),
            layout: code.and_then(|code| code.layout.clone()),
            offset: file.as_ref().map(|(_, offset)| *offset),
            file: file.map(|(file, _)| file),
            shared_folder: code.is_some_and(|code| code.is_shared),
            code: code.map_or("absent", |code| code.code),
        })
    }
}

/// Returns the agreement of a result's accuracy run.
fn agreement(benchmark: &Benchmark) -> Option<&Agreement> {
    benchmark.run(Mode::Accuracy)?.agreement.as_ref()
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
