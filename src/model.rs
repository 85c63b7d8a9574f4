//! The model of a submission: Submission → System → Benchmark → Run → Window.
//!
//! Loading never fails because of the content of files: damage is recorded in the model. Paths are relative to the root
//! of the submission.

mod agreement;
pub(crate) mod code_weights;
pub(crate) mod documents;
mod find;
mod inputs;
mod load;
pub mod published;
mod read;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::parse::claims::{Claims, Printed};
use crate::parse::document::description::SystemDescription;
use crate::parse::energy_trace::EnergyTrace;
use crate::parse::location::{At, Damage, Line};
use crate::parse::log::{EvidenceRead, Inference, SessionLog};
use crate::parse::results_json::Entry;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Runner};
use crate::source::{self, Entries, Files, by_folders, is_inside};

pub use agreement::{Agreement, Beyond, Example, Replay, Signs};
#[cfg(feature = "cli")]
pub(crate) use code_weights::weights_of;
pub use code_weights::{CodeWeights, Rung, WeightsInCode};
pub(crate) use inputs::{Closest, Inputs, closest_list};
pub(crate) use load::{Keep, load};
pub use load::{LoadError, submitters};

/// A submission: a round, a division, or one submitter's folder.
#[derive(Debug, Default)]
pub struct Submission {
    /// Top-level folders that contain submitters, whether or not they are divisions of the round.
    pub divisions: Vec<Division>,
    /// Submitters, sorted by division and name.
    pub submitters: Vec<Submitter>,
    /// Systems with results, sorted by path.
    pub systems: Vec<System>,
    /// All files and folders in the submitters' folders, sorted by path.
    pub entries: Entries,
    /// Paths of files that look like session files but do not belong to a run that was read.
    pub unread: Vec<String>,
    /// The submission of the previous round, if given.
    pub earlier: Option<Box<Submission>>,
}

/// A run with its system and benchmark.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The system of the run.
    pub system: &'a System,
    /// The benchmark of the run.
    pub benchmark: &'a Benchmark,
    /// The run.
    pub run: &'a Run,
}

impl<'a> Place<'a> {
    /// The round's specification of the benchmark.
    #[must_use]
    pub fn spec(&self, round: &'a Round) -> Option<&'a BenchmarkSpec> {
        self.benchmark.spec(round)
    }
}

impl Submission {
    /// All files and folders in a submitter's folder, sorted by path.
    #[must_use]
    pub fn entries_of(&self, submitter: &Submitter) -> &[source::Entry] {
        self.entries.below(&submitter.path)
    }

    /// Returns the submitter whose folder contains a path or is at it.
    #[must_use]
    pub fn submitter_of(&self, path: &str) -> Option<&Submitter> {
        // Submitters are not nested, so it is the last one that does not sort after the path.
        let before = self.submitters.partition_point(|one| by_folders(&one.path, path).is_le());
        self.submitters[..before].last().filter(|submitter| is_inside(path, &submitter.path))
    }

    /// Returns the systems of a submitter in its division.
    #[must_use]
    pub fn systems_of(&self, submitter: &Submitter) -> &[System] {
        &self.systems[self.places_of(submitter)]
    }

    /// Returns the positions of the systems of a submitter.
    fn places_of(&self, submitter: &Submitter) -> Range<usize> {
        let key = (submitter.division.as_str(), submitter.name.as_str());
        let start = self.systems.partition_point(|system| system.owner() < key);
        let length = self.systems[start..].partition_point(|system| system.owner() == key);
        start..start + length
    }

    /// Returns all benchmarks with their systems, sorted by path.
    pub fn benchmarks(&self) -> impl Iterator<Item = (&System, &Benchmark)> {
        self.systems.iter().flat_map(|system| system.benchmarks.iter().map(move |benchmark| (system, benchmark)))
    }

    /// Returns all runs with their system and benchmark, sorted by path.
    pub fn runs(&self) -> impl Iterator<Item = Place<'_>> {
        self.benchmarks()
            .flat_map(|(system, benchmark)| benchmark.runs.values().map(move |run| Place { system, benchmark, run }))
    }
}

/// Returns a system without a description and the path of the description that must belong to it. `None` unless the
/// submitter has exactly one system without a description and exactly one description without a system.
#[must_use]
pub(crate) fn only_orphan<'a>(submission: &'a Submission, submitter: &Submitter) -> Option<(String, &'a System)> {
    let systems = submission.systems_of(submitter);
    let mut without = systems.iter().filter(|system| system.description.is_none());
    // A system name with a space must be changed itself, so the description must not be renamed to it.
    let system = without.next().filter(|system| without.next().is_none() && !system.name.contains(' '))?;
    let folder = source::join(&submitter.path, "systems");
    let is_orphan = |entry: &&source::Entry| {
        let json = entry.name().rsplit_once('.').is_some_and(|(_, ending)| ending == "json");
        let described = systems.iter().any(|system| system.description_path == *entry.path);
        entry.is_file() && json && !described && !entry.name().starts_with('.')
    };
    let mut orphans = submission.entries.children(&folder).filter(is_orphan);
    let orphan = orphans.next().filter(|_| orphans.next().is_none())?;
    Some((orphan.path.to_string(), system))
}

/// A top-level folder that contains submitters.
#[derive(Debug, Clone)]
pub struct Division {
    /// Name of the folder.
    pub name: String,
    /// Path of the folder.
    pub path: String,
}

/// A submitter: an organisation's folder in a division.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// Name of the division; empty if unknown.
    pub division: String,
    /// Name of the folder.
    pub name: String,
    /// Path of the folder; empty if it is the root of the submission.
    pub path: String,
    /// Whether there is a `results` folder.
    pub has_results: bool,
    /// The submitter's own model names, each with its benchmark (`model_mapping.json`).
    pub model_mapping: Arc<BTreeMap<String, String>>,
    /// Facts from the submitter's documents and code.
    pub documents: documents::Documents,
    /// Weights of reference models in its code; `None` if they were not searched for.
    pub code_weights: Option<Arc<CodeWeights>>,
}

impl Submitter {
    /// Returns division and name, separated by `/`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.division, self.name)
    }

    /// Whether the submitter is in the closed division.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.division == "closed"
    }
}

/// A system under test: one folder under `results`.
#[derive(Debug)]
pub struct System {
    /// Name of the division; empty if unknown.
    pub division: String,
    /// Name of the submitter.
    pub submitter: String,
    /// Name of the system; contains a `/` if its results are one level deeper.
    pub name: String,
    /// Path of its results folder.
    pub path: String,
    /// Path where its description is or should be.
    pub description_path: String,
    /// Its description, if it exists.
    pub description: Option<Arc<SystemDescription>>,
    /// The benchmarks measured on it, sorted by path.
    pub benchmarks: Vec<Benchmark>,
}

impl System {
    /// Returns the claimed availability (`Status`) in lower case.
    #[must_use]
    pub fn availability(&self) -> Option<String> {
        let status = self.description.as_ref()?.text("Status").to_lowercase();
        (!status.is_empty()).then_some(status)
    }

    /// Whether the system is in the closed division.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.division == "closed"
    }

    /// Returns `division/submitter/name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}/{}", self.division, self.submitter, self.name)
    }

    /// Returns the division and the submitter's name, the sort key of systems.
    fn owner(&self) -> (&str, &str) {
        (&self.division, &self.submitter)
    }

    /// Returns a copy of the system without its benchmarks.
    #[must_use]
    pub fn without_results(&self) -> Self {
        Self {
            division: self.division.clone(),
            submitter: self.submitter.clone(),
            name: self.name.clone(),
            path: self.path.clone(),
            description_path: self.description_path.clone(),
            description: self.description.clone(),
            benchmarks: Vec::new(),
        }
    }
}

/// One benchmark measured on a system.
#[derive(Debug)]
pub struct Benchmark {
    /// Name of the benchmark's folder.
    pub folder: String,
    /// The official short name, if it is a benchmark of the round.
    pub name: Option<String>,
    /// Name of an extra folder level between the benchmark and its runs.
    pub variant: Option<String>,
    /// Path of the folder that contains the runs.
    pub path: String,
    /// Files directly in that folder, by name.
    pub files: Files,
    /// Folders in it that are not runs.
    pub other_folders: Vec<String>,
    /// Its runs, by mode.
    pub runs: BTreeMap<Mode, Box<Run>>,
    /// Weights of the reference model in the submitter's code; `None` if they were not searched for.
    pub weights: Option<Box<WeightsInCode>>,
}

impl Benchmark {
    /// Returns the official short name, or the folder's name if it is not a benchmark of the round.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.folder)
    }

    /// Returns the short name, with the variant if there is one.
    #[must_use]
    pub fn label(&self) -> String {
        let name = self.short_name();
        self.variant.as_ref().map_or_else(|| name.to_owned(), |variant| format!("{name}/{variant}"))
    }

    /// Returns the round's specification of the benchmark.
    #[must_use]
    pub fn spec<'a>(&self, round: &'a Round) -> Option<&'a BenchmarkSpec> {
        round.benchmarks.get(self.name.as_deref()?)
    }

    /// Returns the figures of the benchmark, each from the run it belongs to.
    #[must_use]
    pub fn scores(&self) -> Scores {
        let of = |mode: Mode| self.run(mode).map(|run| run.scores.clone()).unwrap_or_default();
        let (performance, accuracy, energy) = (of(Mode::Performance), of(Mode::Accuracy), of(Mode::Energy));
        let wakeword = self.wakeword_run().and_then(|run| run.scores.wakeword.clone());
        Scores {
            throughput: performance.throughput,
            top1: accuracy.top1,
            auc: accuracy.auc,
            // The energy of a wake word run is that of the whole recording; power is reported instead.
            energy: energy.energy.filter(|_| wakeword.is_none()),
            wakeword,
            supply_v: self.run(Mode::Energy).and_then(|run| run.supply_v),
        }
    }

    /// Returns the run of a mode.
    #[must_use]
    pub fn run(&self, mode: Mode) -> Option<&Run> {
        self.runs.get(&mode).map(Box::as_ref)
    }

    /// Returns the run that a wake word result is taken from: energy before performance, as in the official tool.
    #[must_use]
    pub fn wakeword_run(&self) -> Option<&Run> {
        self.run(Mode::Energy).or_else(|| self.run(Mode::Performance))
    }
}

/// A run: the files of one session, in a folder `performance`, `accuracy` or `energy`.
#[derive(Debug)]
pub struct Run {
    /// What the run measures, by the name of its folder.
    pub mode: Mode,
    /// Path of its folder.
    pub path: String,
    /// All files in the folder.
    pub files: Files,
    /// Paths of the files that have a role.
    pub paths: BTreeMap<FileRole, String>,
    /// The runner that wrote the files.
    pub runner: Option<Runner>,
    /// The content of results.txt: what is claimed.
    pub claims: Option<Box<Claims>>,
    /// The content of the runner's log; `None` if it is missing or cannot be read.
    pub log: Option<Box<SessionLog>>,
    /// Identity of the session, to find copies.
    pub identity: Option<Identity>,
    /// The inputs that were loaded, compared with the official list; accuracy runs only.
    pub inputs: Option<Inputs>,
    /// The commands of the EEMBC runner's script.
    pub script: Option<Vec<At<u64>>>,
    /// How many keys of results.json take part in the audit.
    pub keys_read: EvidenceRead,
    /// The content of the MLCommons runner's results.json.
    pub json: Option<Vec<Entry>>,
    /// The energy trace, until the checks of the result are done.
    pub trace: Option<EnergyTrace>,
    /// Time stamps of the energy trace, in seconds.
    pub stamps: Option<Vec<f64>>,
    /// Files that cannot be read, by role, each with the reason. Their content is that of missing files.
    pub unread: Vec<(FileRole, String)>,
    /// Damage of files, by role, in addition to the damage recorded in `log` and `claims`.
    pub damage: Vec<(FileRole, Damage)>,
    /// The timed windows in the evidence.
    pub windows: Vec<Window>,
    /// The downsampled energy trace, if evidence is kept.
    pub outline: Option<DownsampledTrace>,
    /// Claimed and recomputed figures.
    pub scores: Scores,
    /// Supply voltage in V that the session reports; energy runs only.
    pub supply_v: Option<f64>,
    /// Duration of a single inference; accuracy runs only.
    pub single: Option<Single>,
    /// Digest of all outputs of an accuracy run, or of all detections of a wake word run, to the last digit.
    pub output_digest: Option<u64>,
    /// The output vectors of an accuracy run, compared with those of the reference model.
    pub replay: Option<Replay>,
    /// How long the loads of inputs took, in ms, in order; at most two thousand (EEMBC runner only).
    pub loads_ms: Vec<u16>,
    /// The known weights whose answers are most similar to those of an accuracy run.
    pub agreement: Option<Agreement>,
}

impl Run {
    /// Returns a run without files.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            path: String::new(),
            files: Files::default(),
            paths: BTreeMap::new(),
            unread: Vec::new(),
            runner: None,
            claims: None,
            log: None,
            identity: None,
            inputs: None,
            script: None,
            json: None,
            trace: None,
            stamps: None,
            damage: Vec::new(),
            windows: Vec::new(),
            outline: None,
            scores: Scores::default(),
            supply_v: None,
            single: None,
            output_digest: None,
            replay: None,
            loads_ms: Vec::new(),
            keys_read: EvidenceRead::default(),
            agreement: None,
        }
    }
}

/// Median duration of a single inference in an accuracy run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Single {
    /// By the device's clock, in seconds.
    pub device_s: f64,
    /// By the host's clock, in seconds; EEMBC runner only.
    pub host_s: Option<f64>,
}

/// Identity of a session: the first times in its log. The session's name is included only if these do not identify it,
/// as the name is a time of day and may coincide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    name: String,
    times: Vec<u64>,
}

impl Identity {
    /// Returns the identity of the session of a log; `None` if the log does not name the session.
    #[must_use]
    pub fn new(log: &SessionLog) -> Option<Self> {
        let stamps = log.inferences.iter().filter_map(|one| Some(one.start?.us));
        let printed = log.inferences.iter().filter_map(|one| Some(one.elapsed_s?.to_bits()));
        let heard = log.detections.iter().flat_map(|heard| heard.value.iter().map(|ms| ms.to_bits()));
        let host = log.inferences.iter().filter_map(|one| one.done_host_ms);
        let times: Vec<u64> = stamps.chain(printed).chain(heard).chain(host).take(10).collect();
        let different: std::collections::BTreeSet<u64> = times.iter().copied().collect();
        let name = log.session.as_ref()?.value.clone();
        // Two devices that hear the same recording may detect the same words at the same times.
        let tells = different.len() >= 8 && log.detections.is_none();
        Some(Self { name: if tells { String::new() } else { name }, times })
    }
}

/// An energy trace downsampled for plots, without losing its peaks.
#[derive(Debug, Clone, Default)]
pub struct DownsampledTrace {
    /// Length of the trace in seconds.
    pub seconds: f64,
    /// Minimum and maximum power in mW of parts of equal duration.
    pub bounds: Vec<(f32, f32)>,
    /// Start and stop of the timed windows, in seconds.
    pub windows: Vec<(f64, f64)>,
    /// Start and stop of the inferences in the log, in seconds.
    pub inferences: Vec<(f64, f64)>,
}

/// A timed block of inferences on one input.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Role of the file that shows the window.
    pub role: Option<FileRole>,
    /// Line in that file.
    pub line: Line,
    /// Name of the input.
    pub input: Option<String>,
    /// Number of inferences.
    pub inferences: u64,
    /// Duration in seconds by the device's clock, or between the stamps of the energy monitor.
    pub seconds: Option<f64>,
    /// Maximum error of `seconds` due to printed rounding, in seconds.
    pub rounding: f64,
    /// Duration in seconds by the host's clock.
    pub host_seconds: Option<f64>,
    /// First and last stamp of the clock that times the window, in microseconds: the device's or the energy monitor's.
    pub stamps_us: Option<(u64, u64)>,
    /// Start and stop by the host's clock, in milliseconds.
    pub host_ms: Option<(u64, u64)>,
    /// Start and stop by the energy monitor's clock, in seconds.
    pub span: Option<(f64, f64)>,
    /// Start and stop of the inferences in the log, converted to the energy monitor's clock, in seconds.
    pub inference_span: Option<(f64, f64)>,
    /// Recomputed energy in µJ.
    pub energy_uj: Option<f64>,
}

/// A figure as claimed and as recomputed.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// The figure printed in results.txt.
    pub claimed: Option<Printed>,
    /// The figure recomputed from raw evidence.
    pub recomputed: Option<f64>,
    /// Uncertainty of the recomputed figure, because values in the evidence are printed rounded.
    pub slack: f64,
    /// Why the figure could not be recomputed.
    pub reason: Option<String>,
}

impl Figure {
    /// Returns the recomputed value, or the claimed one if there is none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.recomputed.or(self.claimed.as_ref().map(|claimed| claimed.value))
    }

    /// Whether the claimed and the recomputed figure agree within `units` of the claim's last printed digit; `None` if
    /// one of them is missing.
    #[must_use]
    pub fn agrees(&self, units: f64) -> Option<bool> {
        let (claimed, recomputed) = (self.claimed.as_ref()?, self.recomputed?);
        Some(claimed.agrees_with(recomputed, units + self.slack / claimed.unit))
    }
}

/// The figures of one run.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Median inferences per second.
    pub throughput: Option<Figure>,
    /// Top-1 in per cent.
    pub top1: Option<Figure>,
    /// Area under the ROC curve.
    pub auc: Option<Figure>,
    /// Median µJ per inference.
    pub energy: Option<Figure>,
    /// Figures of the wake word test.
    pub wakeword: Option<Box<WakewordScores>>,
    /// Supply voltage of the energy run in V, as the session reports it.
    pub supply_v: Option<f64>,
}

/// The figures of a wake word run.
#[derive(Debug, Clone, Default)]
pub struct WakewordScores {
    /// Words detected.
    pub true_positives: Figure,
    /// Words missed.
    pub false_negatives: Figure,
    /// Detections without a word.
    pub false_positives: Figure,
    /// Misses and false alarms with the documented, shorter tolerance.
    pub documented: Option<(u64, u64)>,
    /// Fraction of the time spent processing.
    pub duty_cycle: Figure,
    /// Inferences per second of processing.
    pub throughput: Figure,
    /// Mean power in mW; energy runs only.
    pub power: Option<Figure>,
}

impl Run {
    /// Returns the path of the file with a role, or that of the run's folder if it is missing.
    #[must_use]
    pub fn path_of(&self, role: FileRole) -> &str {
        self.paths.get(&role).map_or(self.path.as_str(), String::as_str)
    }

    /// Returns the path of the file that contains the samples of an energy run.
    #[must_use]
    pub fn path_of_samples(&self) -> &str {
        self.path_of(if self.has(FileRole::Trace) { FileRole::Trace } else { FileRole::Json })
    }

    /// Returns the path of the file that states the supply voltage of an energy run: results.json, otherwise the log.
    #[must_use]
    pub fn path_of_voltage(&self) -> &str {
        self.path_of(if self.has(FileRole::Json) { FileRole::Json } else { FileRole::Log })
    }

    /// Whether a file with this role exists.
    #[must_use]
    pub fn has(&self, role: FileRole) -> bool {
        self.paths.contains_key(&role)
    }

    /// Returns the inferences in the log.
    #[must_use]
    pub fn inferences(&self) -> &[Inference] {
        self.log.as_ref().map_or(&[], |log| &log.inferences)
    }

    /// Drops the evidence after the scores were recomputed and the checks have run, to save memory. Whether
    /// results.json and script existed is kept.
    pub fn drop_evidence(&mut self) {
        self.inputs = None;
        self.json = self.json.take().map(|_| Vec::new());
        self.script = self.script.take().map(|_| Vec::new());
        if let Some(log) = &mut self.log {
            log.drop_evidence();
        }
    }
}
