//! Runs a model on the official inputs and compares its outputs with a log, row by row.
//!
//! The inputs are not part of tinyaudit; submitters and reviewers have them. The model is taken from the submission's
//! code, or given. An int8 model has one output per input and arithmetic, so that a log of the same model is reproduced
//! exactly. A model of a vendor's own arithmetic is not, which says nothing about the log.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::audit::metrics::answers;
use crate::audit::metrics::replay::{Distance, Printed, RUNTIMES, distance};
use crate::infer::model::{Element, MAX_FILE};
use crate::infer::network::fits;
use crate::infer::{Arithmetic, Model, Network};
use crate::model::code_weights::models;
use crate::model::{Run, Submitter, System};
use crate::round::{BenchmarkSpec, Dataset, Task, Weights};
use crate::schema::spelling::plain;
use crate::source::{Tree, read_at_most};

/// A model and where it comes from.
#[derive(Debug)]
pub struct ChosenModel {
    /// Path in the submission, or the file that was given.
    pub path: String,
    /// The model.
    pub model: Model,
}

/// How a log compares with a model in one arithmetic.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// `int8-single`, `int8-double` or `float`.
    pub arithmetic: &'static str,
    /// Number of rows that are equal, as far as they are printed.
    pub exact: usize,
    /// Number of rows that are equal to within 1/256, or 0.1 % for real numbers.
    pub near: usize,
    /// Largest difference of an output, in 256ths; of a score, as a fraction of it.
    pub largest: f64,
}

/// The outcome for one accuracy log.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    /// Path of the run.
    pub path: String,
    /// The model that was run.
    pub model: String,
    /// Number of rows that were compared: inputs of the list that the log answers.
    pub rows: usize,
    /// Number of inputs of the list whose files were not found.
    pub missing: usize,
    /// One entry per arithmetic, the nearest first.
    pub comparisons: Vec<Comparison>,
    /// Whether at least 99 % of the rows are those of the model in one arithmetic.
    pub reproduced: bool,
}

/// Returns the content of a model file.
///
/// # Errors
/// If it cannot be read, or is too large.
pub fn model_bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_at_most(path, MAX_FILE as u64)
}

/// Reads a model file.
///
/// # Errors
/// If it cannot be read, or is not a model that can be run.
pub fn read_model(path: &Path) -> Result<ChosenModel, String> {
    let shown = path.display().to_string();
    let bytes = model_bytes(path)?;
    let model = Model::parse(&bytes).map_err(|error| format!("{shown}: {error}"))?;
    Ok(ChosenModel { path: shown, model })
}

/// Finds a model for a benchmark in a submitter's code: a TFLite file whose input and output have the benchmark's sizes.
/// A file in a folder named like the system comes first, int8 before real numbers.
#[must_use]
pub fn model_in_code(tree: &Tree, submitter: &Submitter, system: &System, spec: &BenchmarkSpec) -> Option<ChosenModel> {
    let fitting = models(tree, submitter, MAX_FILE as u64).filter(|(_, model)| fits(model, &spec.model));
    let models = fitting.map(|(entry, model)| ChosenModel { path: entry.path.to_string(), model });
    models.min_by_key(|chosen| {
        let own = chosen.path.split('/').any(|part| plain(part) == plain(&system.name));
        let int8 = chosen.model.tensors[chosen.model.input].element == Element::I8;
        (!own, !int8, chosen.path.clone())
    })
}

/// Runs a model on the inputs of a list and compares it with the answers of a run.
///
/// # Errors
/// If the model cannot be run, or none of the inputs is found.
pub fn replay(
    run: &Run,
    (spec, limits): (&BenchmarkSpec, &Weights),
    chosen: &ChosenModel,
    inputs: &Path,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Replayed, String> {
    let list = run.inputs.as_ref().and_then(|inputs| inputs.list).ok_or("the log does not cover an official list")?;
    let rows = rows_of(run, spec, list);
    let files: Vec<Option<PathBuf>> = list.inputs.iter().map(|(name, _)| input_file(inputs, list, name)).collect();
    let missing = files.iter().filter(|file| file.is_none()).count();
    let answered: Vec<(&[f64], &PathBuf)> =
        rows.iter().zip(&files).filter_map(|(row, file)| Some((row.as_deref()?, file.as_ref()?))).collect();
    if answered.is_empty() {
        let folder = inputs.join(list.name);
        return Err(format!("no input of {} was found in {} or {}", list.name, inputs.display(), folder.display()));
    }
    let printed = Printed::of(&answered.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let int8 = chosen.model.tensors[chosen.model.output].element == Element::I8;
    let arithmetics = if int8 { &Arithmetic::ALL[..] } else { &Arithmetic::ALL[..1] };
    let mut comparisons = Vec::new();
    for (index, arithmetic) in arithmetics.iter().enumerate() {
        let network = Network::new(&chosen.model, *arithmetic, &spec.model);
        let network = network.map_err(|error| format!("{}: {error}", chosen.path))?;
        let done = std::sync::atomic::AtomicUsize::new(index * answered.len());
        let distances: Vec<Distance> = answered
            .par_iter()
            .map(|(row, file)| {
                let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
                let expected = outputs(&network, spec, list, &bytes);
                let expected = expected.map_err(|error| format!("{}: {error}", file.display()))?;
                let now = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                progress(now, arithmetics.len() * answered.len());
                let near_lsb = int8.then_some(limits.replay_lsb);
                Ok(if spec.task == Task::Anomaly {
                    score_distance(row, &expected)
                } else {
                    distance(row, expected.into_iter(), printed, near_lsb).unwrap_or(SHORT_ROW)
                })
            })
            .collect::<Result<_, String>>()?;
        comparisons.push(Comparison {
            arithmetic: if int8 { arithmetic.name() } else { "float" },
            exact: distances.iter().filter(|one| one.is_exact).count(),
            near: distances.iter().filter(|one| one.is_near).count(),
            largest: distances.iter().map(|one| one.largest).fold(0.0, f64::max),
        });
    }
    comparisons.sort_by_key(|one| std::cmp::Reverse((one.near, one.exact)));
    let reproduced =
        comparisons.first().is_some_and(|one| one.near as f64 >= limits.replay_fraction * answered.len() as f64);
    let (path, model) = (run.path.clone(), chosen.path.clone());
    Ok(Replayed { path, model, rows: answered.len(), missing, comparisons, reproduced })
}

/// Returns the answers of a run in the order of the list: the output vector, or the mean score of a file.
fn rows_of(run: &Run, spec: &BenchmarkSpec, list: &Dataset) -> Vec<Option<Vec<f64>>> {
    let mut rows: Vec<Option<Vec<f64>>> = vec![None; list.inputs.len()];
    let mut counts = vec![0.0; list.inputs.len()];
    for answer in answers(run) {
        let Some(place) = list.place_of(answer.input).map(|place| place as usize) else { continue };
        match (spec.task, &mut rows[place], answer.outputs) {
            (Task::Anomaly, Some(sum), [score, ..]) => sum[0] += score,
            (Task::Anomaly, empty, [score, ..]) => *empty = Some(vec![*score]),
            (_, empty @ None, outputs) => *empty = Some(outputs.to_vec()),
            _ => {}
        }
        counts[place] += 1.0;
    }
    if spec.task == Task::Anomaly {
        rows.iter_mut()
            .flatten()
            .zip(counts.iter().filter(|count| **count > 0.0))
            .for_each(|(row, count)| row[0] /= count);
    }
    rows
}

/// Returns the file of an input, in the folder itself or in one named after the list or its benchmark.
fn input_file(folder: &Path, list: &Dataset, name: &str) -> Option<PathBuf> {
    let of_list = list.name.split_once('-').map_or(list.name, |(own, _)| own);
    ["", list.name, of_list].into_iter().map(|below| folder.join(below).join(name)).find(|path| path.is_file())
}

/// Returns the outputs for the bytes of an input file; for anomaly detection, the mean score of its slices.
fn outputs(network: &Network<'_>, spec: &BenchmarkSpec, list: &Dataset, bytes: &[u8]) -> Result<Vec<f64>, String> {
    let answer = |bytes: &[u8]| network.answer(bytes).map_err(|error| error.to_string());
    if spec.task != Task::Anomaly {
        return answer(bytes);
    }
    let size = list.input_bytes.unwrap_or(0) as usize;
    let mut sum = 0.0;
    for slice in 0..list.slices as usize {
        let start = slice * list.stride_bytes as usize;
        let slice = bytes.get(start..start + size).ok_or("the file is too short")?;
        sum += answer(slice)?.iter().sum::<f64>();
    }
    Ok(vec![sum / f64::from(list.slices)])
}

/// A row with too few outputs.
const SHORT_ROW: Distance = Distance { largest: f64::INFINITY, is_exact: false, is_near: false };

/// Compares the mean score of a file with the expected one.
fn score_distance(row: &[f64], expected: &[f64]) -> Distance {
    let ([score, ..], [expected, ..]) = (row, expected) else { return SHORT_ROW };
    let part = (score - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    Distance { largest: part, is_exact: part < RUNTIMES / 10.0, is_near: part < RUNTIMES }
}
