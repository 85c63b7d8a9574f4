//! The model of a submission: Submission → System → Benchmark → Run → Window.
//!
//! Whatever a tree holds, loading it succeeds; what is damaged is kept where it is. Paths are relative to the tree.

mod agreement;
pub mod documents;
mod find;
mod inputs;
mod load;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::parse::claims::{Claims, Printed};
use crate::parse::document::description::SystemDescription;
use crate::parse::energy_trace::EnergyTrace;
use crate::parse::location::{At, Damage, Line};
use crate::parse::log::{Inference, SessionLog};
use crate::parse::results_json::Entry;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Runner};
use crate::source::{self, Entries, Files, by_folders, is_inside};

pub use agreement::{Agreement, Example, Signs};
pub use inputs::{Closest, Inputs, Loads, closest_list};
pub use load::{LoadError, load, submitters};

/// Everything that was found in a tree.
#[derive(Debug, Default)]
pub struct Submission {
    /// Top-level folders that hold submitters, whether or not they are divisions.
    pub divisions: Vec<Division>,
    /// Submitters, sorted by division and name.
    pub submitters: Vec<Submitter>,
    /// Systems with results, sorted by path.
    pub systems: Vec<System>,
    /// Everything that lies in the submitters' folders, sorted by path.
    pub entries: Entries,
    /// Files of sessions that belong to no run that is read, by path.
    pub unread: Vec<String>,
    /// The round before, where it was given.
    pub earlier: Option<Box<Submission>>,
}

/// A run with what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its system.
    pub system: &'a System,
    /// Its benchmark.
    pub benchmark: &'a Benchmark,
    /// The run.
    pub run: &'a Run,
}

impl<'a> Place<'a> {
    /// What the round says of the benchmark.
    #[must_use]
    pub fn spec(&self, round: &'a Round) -> Option<&'a BenchmarkSpec> {
        self.benchmark.spec(round)
    }
}

impl Submission {
    /// Everything that lies in a submitter's folder, sorted by path.
    #[must_use]
    pub fn entries_of(&self, submitter: &Submitter) -> &[source::Entry] {
        self.entries.below(&submitter.path)
    }

    /// The submitter whose folder a path is or lies in.
    #[must_use]
    pub fn submitter_of(&self, path: &str) -> Option<&Submitter> {
        // No submitter lies in another, so that it is the last one that does not come behind the path.
        let before = self.submitters.partition_point(|one| by_folders(&one.path, path).is_le());
        self.submitters[..before].last().filter(|submitter| is_inside(path, &submitter.path))
    }

    /// The systems of a submitter in its division.
    #[must_use]
    pub fn systems_of(&self, submitter: &Submitter) -> &[System] {
        let key = (submitter.division.as_str(), submitter.name.as_str());
        let start = self.systems.partition_point(|system| system.owner() < key);
        let length = self.systems[start..].partition_point(|system| system.owner() == key);
        &self.systems[start..start + length]
    }

    /// All benchmarks with their systems, sorted by path.
    pub fn benchmarks(&self) -> impl Iterator<Item = (&System, &Benchmark)> {
        self.systems.iter().flat_map(|system| system.benchmarks.iter().map(move |benchmark| (system, benchmark)))
    }

    /// All runs with what they belong to, sorted by path.
    pub fn runs(&self) -> impl Iterator<Item = Place<'_>> {
        self.benchmarks()
            .flat_map(|(system, benchmark)| benchmark.runs.values().map(move |run| Place { system, benchmark, run }))
    }
}

/// The description that belongs to a renamed system, as far as that is sure: a submitter has one description without a
/// system, and one system without a description.
#[must_use]
pub fn only_orphan<'a>(submission: &'a Submission, submitter: &Submitter) -> Option<(String, &'a System)> {
    let systems = submission.systems_of(submitter);
    let mut without = systems.iter().filter(|system| system.description.is_none());
    // A description is not given a name that has to be changed itself.
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

/// A top-level folder that holds submitters.
#[derive(Debug, Clone)]
pub struct Division {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
}

/// An organisation's folder in a division.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// The division's name; empty where the tree does not say.
    pub division: String,
    /// The folder's name.
    pub name: String,
    /// Its path; empty if it is the tree itself.
    pub path: String,
    /// Whether there is a `results` folder.
    pub has_results: bool,
    /// Names of own models, each with the benchmark it is entered for (`model_mapping.json`).
    pub model_mapping: Arc<BTreeMap<String, String>>,
    /// What its documents and code say.
    pub documents: documents::Documents,
}

impl Submitter {
    /// Whether it competes in the closed division.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.division == "closed"
    }
}

/// A system under test: one folder under `results`.
#[derive(Debug)]
pub struct System {
    /// The division's name; empty where the tree does not say.
    pub division: String,
    /// The submitter's name.
    pub submitter: String,
    /// The system's name; holds a `/` where results lie one level deeper.
    pub name: String,
    /// Path of its results.
    pub path: String,
    /// Where its description is or should be.
    pub description_path: String,
    /// Its description, if there is one.
    pub description: Option<Arc<SystemDescription>>,
    /// What was measured on it, sorted by path.
    pub benchmarks: Vec<Benchmark>,
}

impl System {
    /// The availability as claimed, in lower case.
    #[must_use]
    pub fn availability(&self) -> Option<String> {
        let status = self.description.as_ref()?.text("Status").to_lowercase();
        (!status.is_empty()).then_some(status)
    }

    /// Whether it is a submitter's, in that division.
    #[must_use]
    pub fn belongs_to(&self, submitter: &Submitter) -> bool {
        self.submitter == submitter.name && self.division == submitter.division
    }

    /// Whether it competes in the closed division.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.division == "closed"
    }

    /// Division, submitter and name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}/{}", self.division, self.submitter, self.name)
    }

    /// Whose it is: the division and the submitter's name.
    fn owner(&self) -> (&str, &str) {
        (&self.division, &self.submitter)
    }

    /// The system alone.
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
    /// Name of its folder.
    pub folder: String,
    /// The official short name, if it is a benchmark of the round.
    pub name: Option<String>,
    /// An extra level between the benchmark and its runs.
    pub variant: Option<String>,
    /// Its path.
    pub path: String,
    /// Files directly in its folder, by name.
    pub files: Files,
    /// Folders in it that are no runs.
    pub strange_folders: Vec<String>,
    /// Its runs, by mode.
    pub runs: BTreeMap<Mode, Run>,
}

impl Benchmark {
    /// Its official short name, or its folder's where it is none of the round.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.folder)
    }

    /// The short name, with its variant.
    #[must_use]
    pub fn label(&self) -> String {
        let name = self.short_name();
        self.variant.as_ref().map_or_else(|| name.to_owned(), |variant| format!("{name}/{variant}"))
    }

    /// What the round says of it.
    #[must_use]
    pub fn spec<'a>(&self, round: &'a Round) -> Option<&'a BenchmarkSpec> {
        round.benchmarks.get(self.name.as_deref()?)
    }

    /// Its figures, taken from the runs they belong to.
    #[must_use]
    pub fn scores(&self) -> Scores {
        let of = |mode: Mode| self.runs.get(&mode).map(|run| run.scores.clone()).unwrap_or_default();
        let (performance, accuracy, energy) = (of(Mode::Performance), of(Mode::Accuracy), of(Mode::Energy));
        let wakeword = self.wakeword_run().and_then(|run| run.scores.wakeword.clone());
        Scores {
            throughput: performance.throughput,
            top1: accuracy.top1,
            auc: accuracy.auc,
            // The energy of a wake word run is that of the whole recording; its power counts.
            energy: energy.energy.filter(|_| wakeword.is_none()),
            wakeword,
            supply_v: self.runs.get(&Mode::Energy).and_then(|run| run.supply_v),
        }
    }

    /// The run that a wake word result is taken from, as the official tool does: energy before performance.
    #[must_use]
    pub fn wakeword_run(&self) -> Option<&Run> {
        self.runs.get(&Mode::Energy).or_else(|| self.runs.get(&Mode::Performance))
    }
}

/// One session's files: the folder `performance`, `accuracy` or `energy`.
#[derive(Debug)]
pub struct Run {
    /// What it measures, after its folder.
    pub mode: Mode,
    /// Its path.
    pub path: String,
    /// All files in it.
    pub files: Files,
    /// Paths of the files with a role.
    pub paths: BTreeMap<FileRole, String>,
    /// Names of files in its folder that cannot be read.
    pub unreadable: Vec<String>,
    /// Which runner's files these are.
    pub runner: Option<Runner>,
    /// What is claimed.
    pub claims: Option<Claims>,
    /// What the runner saw; `None` where there is no log or nobody can read it.
    pub log: Option<SessionLog>,
    /// What tells its session from others.
    pub identity: Option<Identity>,
    /// The inputs that were loaded, beside the official list; accuracy runs only.
    pub inputs: Option<Inputs>,
    /// What the EEMBC runner was told to do.
    pub script: Option<Vec<At<u64>>>,
    /// What the MLCommons runner made of it.
    pub json: Option<Vec<Entry>>,
    /// The energy trace, until the scores are recomputed.
    pub trace: Option<EnergyTrace>,
    /// Stamps of the energy trace, in seconds.
    pub stamps: Option<Vec<f64>>,
    /// Damage of files, by role, beyond what log and claims keep themselves.
    pub damage: Vec<(FileRole, Damage)>,
    /// The timed windows the evidence shows.
    pub windows: Vec<Window>,
    /// The energy trace in outline, where it was asked for.
    pub outline: Option<Outline>,
    /// What is claimed beside what we recomputed.
    pub scores: Scores,
    /// Supply voltage in V, as the session says; energy runs only.
    pub supply_v: Option<f64>,
    /// What a single inference of an accuracy run takes.
    pub single: Option<Single>,
    /// A digest of every output of an accuracy run, or of every detection of a wake word run, to the last digit.
    pub output_digest: Option<u64>,
    /// Which known weights an accuracy run's answers are nearest to.
    pub agreement: Option<Agreement>,
}

/// What a single inference takes in an accuracy run, the median of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Single {
    /// By the device's clock, in seconds.
    pub device_s: f64,
    /// By the host's clock, in seconds; EEMBC runner only.
    pub host_s: Option<f64>,
}

/// What tells a session from others: the first times it shows. Where they are few, the session's name, which is a time
/// of day and may coincide, belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    name: String,
    times: Vec<u64>,
}

impl Identity {
    /// The identity of the session of a log; `None` where the log does not name it.
    #[must_use]
    pub fn of(log: &SessionLog) -> Option<Self> {
        let stamps = log.inferences.iter().filter_map(|one| Some(one.start?.us));
        let printed = log.inferences.iter().filter_map(|one| Some(one.elapsed_s?.to_bits()));
        let heard = log.detections.iter().flat_map(|heard| heard.value.iter().map(|ms| ms.to_bits()));
        let host = log.inferences.iter().filter_map(|one| one.done_host_ms);
        let times: Vec<u64> = stamps.chain(printed).chain(heard).chain(host).take(10).collect();
        let different: std::collections::BTreeSet<u64> = times.iter().copied().collect();
        let name = log.session.as_ref()?.value.clone();
        // Two devices that hear the same recording may well detect the same words at the same times.
        let tells = different.len() >= 8 && log.detections.is_none();
        Some(Self { name: if tells { String::new() } else { name }, times })
    }
}

/// An energy trace reduced to what a plot can show, without losing its peaks.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// Length of the trace in seconds.
    pub seconds: f64,
    /// Lowest and highest power in mW of equal parts of that time.
    pub bounds: Vec<(f32, f32)>,
    /// Start and stop in seconds of the windows that count.
    pub windows: Vec<(f64, f64)>,
    /// Start and stop in seconds of the inferences that the log shows.
    pub inferences: Vec<(f64, f64)>,
}

/// A timed block of inferences on one input.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// The file that shows it.
    pub role: Option<FileRole>,
    /// Its line there.
    pub line: Line,
    /// The input's name.
    pub input: Option<String>,
    /// Inferences.
    pub inferences: u64,
    /// Seconds on the device's clock, or between the stamps of the energy monitor.
    pub seconds: Option<f64>,
    /// How far its printed rounding leaves that open, in seconds.
    pub rounding: f64,
    /// Seconds on the host's clock.
    pub host_seconds: Option<f64>,
    /// First and last stamp of the clock that times it, in microseconds: the device's, or the energy monitor's.
    pub stamps_us: Option<(u64, u64)>,
    /// When the host saw it start and stop, in milliseconds.
    pub host_ms: Option<(u64, u64)>,
    /// Start and stop on the energy monitor's clock, in seconds.
    pub span: Option<(f64, f64)>,
    /// When the log shows the inferences, on the same clock.
    pub inference_span: Option<(f64, f64)>,
    /// Recomputed energy in µJ.
    pub energy_uj: Option<f64>,
}

/// A figure as claimed and as recomputed.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// As printed in results.txt.
    pub claimed: Option<Printed>,
    /// From raw evidence.
    pub recomputed: Option<f64>,
    /// How far the evidence itself leaves the recomputed figure open, because it is printed rounded.
    pub slack: f64,
    /// Why it could not be recomputed.
    pub reason: Option<String>,
}

impl Figure {
    /// The figure as far as it is known: ours before the claim.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.recomputed.or(self.claimed.as_ref().map(|claimed| claimed.value))
    }

    /// Whether claim and recomputed figure agree, give or take `units` of the claim's last digit; `None` where one of
    /// the two is missing.
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
    /// The wake word test.
    pub wakeword: Option<WakewordScores>,
    /// Supply voltage of the energy, in V, as its session says.
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
    /// Misses and false alarms by the documented, shorter tolerance.
    pub documented: Option<(u64, u64)>,
    /// Part of the time spent processing.
    pub duty_cycle: Figure,
    /// Inferences per second of processing.
    pub throughput: Figure,
    /// Mean power in mW; energy runs only.
    pub power: Option<Figure>,
}

impl Run {
    /// Path of a file with a role, or where it should be.
    #[must_use]
    pub fn path_of(&self, role: FileRole) -> &str {
        self.paths.get(&role).map_or(self.path.as_str(), String::as_str)
    }

    /// Path of the file that holds the samples of an energy run.
    #[must_use]
    pub fn path_of_samples(&self) -> &str {
        self.path_of(if self.has(FileRole::Trace) { FileRole::Trace } else { FileRole::Json })
    }

    /// Whether a file with this role is there.
    #[must_use]
    pub fn has(&self, role: FileRole) -> bool {
        self.paths.contains_key(&role)
    }

    /// The inferences the log shows.
    #[must_use]
    pub fn inferences(&self) -> &[Inference] {
        self.log.as_ref().map_or(&[], |log| &log.inferences)
    }

    /// Lets go of the evidence once the scores are recomputed from it and it is judged. Whether there was any can still
    /// be told.
    pub fn drop_evidence(&mut self) {
        self.trace = None;
        self.inputs = None;
        self.json = self.json.take().map(|_| Vec::new());
        self.script = self.script.take().map(|_| Vec::new());
        if let Some(log) = &mut self.log {
            log.drop_evidence();
        }
    }
}
