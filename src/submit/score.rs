//! Scores output vectors that were computed elsewhere, by the definitions of the runner and against the official list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::audit::metrics;
use crate::audit::metrics::accuracy::first_maximum;
use crate::model::{Benchmark, Run};
use crate::parse::outputs::OutputRow;
use crate::parse::results_json::{Entry, Infer};
use crate::round::{BenchmarkSpec, Dataset, Mode, Round, Runner, Target, Task, dataset};

/// The score of a set of output vectors.
#[derive(Debug, Serialize)]
pub(crate) struct Scored {
    /// Official short name of the benchmark.
    pub benchmark: String,
    /// The official list.
    pub list: &'static str,
    /// Number of inputs on the list.
    pub inputs: usize,
    /// Inputs of the list without outputs, in the order of the list.
    pub missing: Vec<&'static str>,
    /// Top-1 in per cent; for anomaly detection, the accuracy at the best threshold.
    pub top1_percent: Option<f64>,
    /// Area under the ROC curve, 0 to 1; of several classes, the mean of each against the rest.
    pub auc: Option<f64>,
    /// The target of the closed division: Top-1 in per cent, or AUC.
    pub target: f64,
    /// Whether the score reaches the target, rounded as the runner prints it.
    pub reached: bool,
    /// Whether the outputs are those of an int8 softmax, which are counted from −128.
    pub shifted: bool,
    /// Scores per class; empty for anomaly detection.
    pub classes: Vec<ClassScore>,
    /// The score as a run, for the comparison with known weights and the reference model.
    #[serde(skip)]
    pub run: Benchmark,
}

/// The score of one class.
#[derive(Debug, Serialize)]
pub(crate) struct ClassScore {
    /// Name of the class.
    pub class: &'static str,
    /// Number of its inputs that have outputs.
    pub inputs: usize,
    /// How many of them are classified correctly.
    pub right: usize,
    /// The class that the others are taken for most often, and how often.
    pub confused_with: Option<(&'static str, usize)>,
}

/// Decimals of the runners' printed figures.
const TOP1_DECIMALS: usize = 1;
const AUC_DECIMALS: usize = 2;

/// Scores output vectors. Without names, they are in the order of the round's list, with all slices of a file after each other.
///
/// # Errors
/// When the benchmark is not one of the round's with a list of inputs, an input is not on its list, or the outputs do not
/// have the benchmark's size.
pub(crate) fn score(rows: Vec<OutputRow>, name: &str, round: &Round) -> Result<Scored, String> {
    let spec = spec(name, round)?;
    let rows = named(rows, spec)?;
    if let Some(classes) = spec.outputs
        && let Some((input, outputs)) = rows.iter().find(|(_, outputs)| outputs.len() != classes)
    {
        return Err(format!("`{input}` has {} outputs; {name} has {classes}", outputs.len()));
    }
    let is_int8 = |output: &f64| output.fract() == 0.0 && (-128.0..=127.0).contains(output);
    let all = || rows.iter().flat_map(|(_, outputs)| outputs);
    let shifted = spec.task == Task::Classification && all().all(is_int8) && all().any(|output| *output < 0.0);
    let entry = |(input, outputs): (String, Vec<f64>)| {
        let outputs = outputs.into_iter().map(|output| if shifted { (output + 128.0) / 256.0 } else { output });
        Entry {
            file: Some(input),
            infer: Some(Infer { results: Some(outputs.collect()), ..Infer::default() }),
            ..Entry::default()
        }
    };
    let mut run = Run::new(Mode::Accuracy);
    run.runner = Some(Runner::Mlcommons);
    run.json = Some(rows.into_iter().map(entry).collect());
    let mut benchmark = Benchmark {
        folder: name.to_owned(),
        name: Some(name.to_owned()),
        variant: None,
        path: String::new(),
        files: crate::source::Files::default(),
        other_folders: Vec::new(),
        runs: BTreeMap::from([(Mode::Accuracy, Box::new(run))]),
        weights: None,
    };
    metrics::recompute(&mut benchmark, round);
    let run = &benchmark.runs[&Mode::Accuracy];
    let list = run.inputs.as_ref().and_then(|inputs| inputs.list).ok_or("none of the inputs is on an official list")?;
    let figure = |figure: &Option<crate::model::Figure>| match figure {
        Some(figure) => figure.recomputed.ok_or_else(|| figure.reason.clone().unwrap_or_default()),
        None => Err(String::new()),
    };
    let (top1, auc) = (figure(&run.scores.top1), figure(&run.scores.auc));
    let (target, reached) = match spec.target {
        Target::Top1Percent(least) => (least, metrics::reaches(top1.clone()?, TOP1_DECIMALS, least)),
        Target::Auc(least) => (least, metrics::reaches(auc.clone()?, AUC_DECIMALS, least)),
        Target::Wakeword { .. } => return Err(unscored(name)),
    };
    let given: BTreeSet<&str> = metrics::answers(run).iter().map(|answer| answer.input).collect();
    let missing = list.inputs.iter().map(|(input, _)| *input).filter(|input| !given.contains(input));
    let classes = if spec.task == Task::Anomaly { Vec::new() } else { classes(run, list) };
    Ok(Scored {
        benchmark: name.to_owned(),
        list: list.name,
        inputs: list.inputs.len(),
        missing: missing.collect(),
        top1_percent: top1.ok(),
        auc: auc.ok(),
        target,
        reached,
        shifted,
        classes,
        run: benchmark,
    })
}

fn unscored(name: &str) -> String {
    format!("{name} is not scored by output vectors; its detections are in the log of a run")
}

fn spec<'a>(name: &str, round: &'a Round) -> Result<&'a BenchmarkSpec, String> {
    let known =
        || round.benchmarks.iter().filter(|(_, spec)| spec.task != Task::Wakeword).map(|(name, _)| name.as_str());
    match round.benchmarks.get(name) {
        Some(spec) if spec.task == Task::Wakeword => Err(unscored(name)),
        Some(spec) => Ok(spec),
        None => {
            let known = known().collect::<Vec<_>>().join(", ");
            Err(format!("`{name}` is not a benchmark of {}; expected one of {known}", round.name))
        }
    }
}

/// Returns the rows with the names of the official list. A name may have folders or another ending.
fn named(rows: Vec<OutputRow>, spec: &BenchmarkSpec) -> Result<Vec<(String, Vec<f64>)>, String> {
    let lists: Vec<&'static Dataset> =
        spec.lists.iter().chain(&spec.superseded_lists).filter_map(|name| dataset(name)).collect();
    let current = lists.first().ok_or("the benchmark has no list of inputs")?;
    if rows.iter().all(|row| row.input.is_none()) {
        let (expected, slices) = (current.inputs.len(), current.slices as usize);
        let per_file = match rows.len() {
            count if count == expected => 1,
            count if count == expected * slices => slices,
            count => {
                let slices = if slices > 1 { format!(", or {}", expected * slices) } else { String::new() };
                return Err(format!(
                    "{count} rows without names; the list {} has {expected} inputs{slices}: name the input in the first column",
                    current.name
                ));
            }
        };
        let names = current.inputs.iter().flat_map(|(name, _)| std::iter::repeat_n(*name, per_file));
        return Ok(names.map(str::to_owned).zip(rows.into_iter().map(|row| row.outputs)).collect());
    }
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let by_stem: BTreeMap<String, &'static str> =
        lists.iter().rev().flat_map(|list| &list.inputs).map(|(name, _)| (stem(name), *name)).collect();
    let mut named = Vec::with_capacity(rows.len());
    for row in rows {
        let given = row.input.unwrap_or_default();
        let name = given.rsplit(['/', '\\']).next().unwrap_or(&given);
        let is_listed = lists.iter().any(|list| list.place_of(name).is_some());
        let known = if is_listed { Some(name) } else { by_stem.get(&stem(name)).copied() };
        let Some(known) = known else { return Err(format!("`{given}` is not on the list {}", current.name)) };
        named.push((known.to_owned(), row.outputs));
    }
    Ok(named)
}

/// Counts right answers per class.
fn classes(run: &Run, list: &Dataset) -> Vec<ClassScore> {
    let count = list.class_names.len();
    let mut counts = vec![vec![0_usize; count]; count];
    for answer in metrics::answers(run) {
        let truth = list.class_of(answer.input).map(|class| class as usize);
        if let (Some(truth), Some(given)) = (truth, first_maximum(answer.outputs))
            && let Some(count) = counts.get_mut(truth).and_then(|row| row.get_mut(given))
        {
            *count += 1;
        }
    }
    let score = |(truth, row): (usize, &Vec<usize>)| {
        let wrong = row.iter().enumerate().filter(|(given, count)| *given != truth && **count > 0);
        let most = wrong.max_by_key(|(given, count)| (**count, std::cmp::Reverse(*given)));
        ClassScore {
            class: list.class_names[truth],
            inputs: row.iter().sum(),
            right: row[truth],
            confused_with: most.map(|(given, count)| (list.class_names[given], *count)),
        }
    };
    counts.iter().enumerate().map(score).collect()
}
