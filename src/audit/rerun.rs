//! Runs a model on the official inputs and compares its outputs with a log, row by row.
//!
//! The inputs are not part of tinyaudit; submitters and reviewers have them. The model is taken from the submission's
//! code, or given. An int8 model has one output per input and arithmetic, so that a log of the same model is reproduced
//! exactly. A model of a vendor's own arithmetic is not, which says nothing about the log.
//!
//! Most code holds the weights in tables, without scales and operators. If these are the reference's weights, and the
//! reference's model file lies beside the inputs, that file is the model, and the report says so.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rayon::prelude::*;
use serde::Serialize;

use crate::audit::metrics::answers;
use crate::audit::metrics::replay::{Distance, Printed, RUNTIMES, distance};
use crate::audit::report::Report;
use crate::infer::model::{Element, MAX_FILE};
use crate::infer::network::{benchmarks_of, fits};
use crate::infer::{Arithmetic, Model, Network};
use crate::model::code_weights::{self, CodeWeights, Searched, models};
use crate::model::{Run, Rung, Submitter, System};
use crate::round::{BenchmarkSpec, Dataset, Mode, Task, Weights};
use crate::schema::spelling::plain;
use crate::source::{Tree, join, read_at_most};

/// A model and where it comes from.
#[derive(Debug)]
pub struct ChosenModel {
    /// Path in the submission, or the file that was given.
    pub path: String,
    /// The model.
    pub model: Model,
    /// The file of the submission that holds the model's weights, if the model is a reference beside the inputs.
    pub weights_in: Option<String>,
}

/// The official inputs.
pub enum Inputs<'a> {
    /// A folder on disk.
    Folder(&'a Path),
    /// Files that were listed before.
    Tree(&'a Tree),
}

impl Inputs<'_> {
    fn has(&self, path: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(path).is_file(),
            Self::Tree(tree) => tree.get(path).is_some_and(crate::source::Entry::is_file),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let read = match self {
            Self::Folder(folder) => return read_at_most(&folder.join(path), MAX_FILE as u64),
            Self::Tree(tree) => {
                tree.get(path).ok_or_else(|| io::ErrorKind::NotFound.into()).and_then(|one| tree.read(one))
            }
        };
        read.map_err(|error| format!("{path}: {error}"))
    }

    /// Paths of the TFLite files in the folder and in the folders in it, sorted.
    fn models(&self) -> Vec<String> {
        let mut paths: Vec<String> = match self {
            Self::Folder(folder) => {
                let inside = |folder: &Path| -> Vec<PathBuf> {
                    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
                };
                let first = inside(folder);
                let second: Vec<PathBuf> =
                    first.iter().filter(|path| path.is_dir()).flat_map(|path| inside(path)).collect();
                let relative =
                    |path: &PathBuf| path.strip_prefix(folder).ok()?.to_str().map(|path| path.replace('\\', "/"));
                first.iter().chain(&second).filter_map(relative).collect()
            }
            Self::Tree(tree) => tree.entries().iter().map(|entry| entry.path.to_string()).collect(),
        };
        paths.retain(|path| path.to_ascii_lowercase().ends_with(".tflite") && path.matches('/').count() < 2);
        paths.sort_unstable();
        paths
    }

    fn named(&self, path: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(path).display().to_string(),
            Self::Tree(_) => path.to_owned(),
        }
    }
}

/// The outcome for all results of a submission.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Logs that were compared.
    pub replayed: Vec<Replayed>,
    /// Results that were not compared: path and reason.
    pub not_compared: Vec<(String, String)>,
}

impl Outcome {
    /// Whether every log that was compared is reproduced.
    #[must_use]
    pub fn is_reproduced(&self) -> bool {
        self.replayed.iter().all(|one| one.reproduced)
    }
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
    /// The file of the submission that holds the model's weights, if the model is a reference beside the inputs.
    pub weights_in: Option<String>,
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
    Ok(ChosenModel { path: shown, model, weights_in: None })
}

/// Finds a model for a benchmark in a submitter's code: a TFLite file whose input and output have the benchmark's sizes.
/// A file in a folder named like the system comes first, int8 before real numbers.
#[must_use]
pub fn model_in_code(tree: &Tree, submitter: &Submitter, system: &System, spec: &BenchmarkSpec) -> Option<ChosenModel> {
    let fitting = models(tree, submitter, MAX_FILE as u64).filter(|(_, model)| fits(model, &spec.model));
    let models = fitting.map(|(entry, model)| ChosenModel { path: entry.path.to_string(), model, weights_in: None });
    models.min_by_key(|chosen| {
        let own = chosen.path.split('/').any(|part| plain(part) == plain(&system.name));
        let int8 = chosen.model.tensors[chosen.model.input].element == Element::I8;
        (!own, !int8, chosen.path.clone())
    })
}

/// The reference models beside the inputs, and what the code of a submitter holds of their weights.
struct Tables<'a> {
    inputs: &'a Inputs<'a>,
    tree: &'a Tree,
    searched: Searched,
    /// What was found in the code, by the submitter's path.
    known: BTreeMap<String, CodeWeights>,
    /// The models beside the inputs, with their paths and what was found in them; read when they are first needed.
    references: OnceCell<Vec<(String, Model, CodeWeights)>>,
}

impl Tables<'_> {
    fn references(&self) -> &[(String, Model, CodeWeights)] {
        self.references.get_or_init(|| {
            let read = |path: String| {
                let bytes = self.inputs.read(&path).ok()?;
                let model = Model::parse(&bytes).ok().filter(|model| !benchmarks_of(model).is_empty())?;
                let weights = CodeWeights::of_file(&path, &bytes);
                Some((path, model, weights))
            };
            self.inputs.models().into_iter().filter_map(read).collect()
        })
    }

    /// Returns the reference beside the inputs whose weights the code of a system holds as they are.
    fn model(
        &mut self,
        submitter: &Submitter,
        system: &System,
        benchmark: &str,
        spec: &BenchmarkSpec,
    ) -> Option<ChosenModel> {
        if self.references().is_empty() {
            return None;
        }
        let search = || code_weights::read(self.tree, submitter, &self.searched);
        let weights = self.known.entry(submitter.path.clone()).or_insert_with(search);
        let held = weights.of_result(&system.name, (benchmark, &spec.model), false);
        if !matches!(held.rung, Rung::ExactInt8 | Rung::ExactFloat) {
            return None;
        }
        let (weights_in, _) = held.file.clone()?;
        let is_it = |(_, model, weights): &&(String, Model, CodeWeights)| {
            let own = weights.of_result("", (benchmark, ""), false);
            fits(model, &spec.model) && (own.rung, own.reference) == (held.rung, held.reference)
        };
        let (path, model, _) = self.references().iter().find(is_it)?;
        Some(ChosenModel { path: self.inputs.named(path), model: model.clone(), weights_in: Some(weights_in) })
    }
}

/// Compares the accuracy logs of a submission with a model: the given one, one in the code of each, or a reference whose
/// weights are in the code. `report` must have kept its evidence; `only` is the short name of one benchmark, if not all are wanted.
pub fn replay_submission(
    (tree, report): (&Tree, &Report),
    inputs: &Inputs<'_>,
    given: Option<&ChosenModel>,
    only: Option<&str>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Outcome {
    let (searched, references) = (Searched::default(), OnceCell::new());
    let mut tables = Tables { inputs, tree, searched, known: BTreeMap::new(), references };
    let mut outcome = Outcome { replayed: Vec::new(), not_compared: Vec::new() };
    for (system, benchmark) in report.results() {
        if only.is_some_and(|wanted| wanted != benchmark.short_name()) {
            continue;
        }
        let mut left_out = |reason: &str| outcome.not_compared.push((benchmark.path.clone(), reason.to_owned()));
        let (Some(spec), Some(run)) = (benchmark.spec(&report.round), benchmark.run(Mode::Accuracy)) else {
            left_out("there is no accuracy run");
            continue;
        };
        if spec.task == Task::Wakeword {
            left_out("detections cannot be decided from a model alone");
            continue;
        }
        let submitter = report.submission.submitter_of(&system.path);
        let found = if given.is_some() {
            None
        } else {
            submitter.and_then(|submitter| {
                let in_code = model_in_code(tree, submitter, system, spec);
                in_code.or_else(|| tables.model(submitter, system, benchmark.short_name(), spec))
            })
        };
        let Some(model) = given.or(found.as_ref()) else {
            left_out(
                "the code contains no TFLite model of this benchmark, and no weights of a reference model that lies beside \
                 the inputs; name one with --model",
            );
            continue;
        };
        match replay(run, (spec, &report.round.weights), model, inputs, progress) {
            Ok(replayed) => outcome.replayed.push(replayed),
            Err(reason) => left_out(&reason),
        }
    }
    outcome
}

/// Runs a model on the inputs of a list and compares it with the answers of a run.
///
/// # Errors
/// If the model cannot be run, or none of the inputs is found.
fn replay(
    run: &Run,
    (spec, limits): (&BenchmarkSpec, &Weights),
    chosen: &ChosenModel,
    inputs: &Inputs<'_>,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Replayed, String> {
    let list = run.inputs.as_ref().and_then(|inputs| inputs.list).ok_or("the log does not cover an official list")?;
    let rows = rows_of(run, spec, list);
    let files: Vec<Option<String>> = list.inputs.iter().map(|(name, _)| input_file(inputs, list, name)).collect();
    let missing = files.iter().filter(|file| file.is_none()).count();
    let answered: Vec<(&[f64], &String)> =
        rows.iter().zip(&files).filter_map(|(row, file)| Some((row.as_deref()?, file.as_ref()?))).collect();
    if answered.is_empty() {
        return Err(match inputs {
            Inputs::Folder(folder) => {
                format!(
                    "no input of {} was found in {} or {}",
                    list.name,
                    folder.display(),
                    folder.join(list.name).display()
                )
            }
            Inputs::Tree(_) => format!("no input of {} was found", list.name),
        });
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
                let bytes = inputs.read(file)?;
                let expected = outputs(&network, spec, list, &bytes);
                let expected = expected.map_err(|error| format!("{file}: {error}"))?;
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
    let (path, model, weights_in) = (run.path.clone(), chosen.path.clone(), chosen.weights_in.clone());
    Ok(Replayed { path, model, weights_in, rows: answered.len(), missing, comparisons, reproduced })
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
fn input_file(inputs: &Inputs<'_>, list: &Dataset, name: &str) -> Option<String> {
    let of_list = list.name.split_once('-').map_or(list.name, |(own, _)| own);
    let paths = [name.to_owned(), join(list.name, name), join(of_list, name)];
    paths.into_iter().find(|path| inputs.has(path))
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
