//! The parts of a round file, field by field.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One benchmark of a round.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkSpec {
    /// Its name in words.
    pub title: String,
    /// Other names its folder may have.
    pub aliases: Vec<String>,
    /// The model string the device reports (`m-model-[…]`).
    pub model: String,
    /// Multiplications and additions of an inference of the reference model, counted by its layers.
    #[schemars(range(min = 1, max = 1_000_000_000_000_u64))]
    pub macs: Option<u64>,
    /// What kind of figure its accuracy is.
    pub task: Task,
    /// Accepted input lists; a run covers one of them whole.
    pub lists: Vec<String>,
    /// Lists of earlier rounds that are recognised and refused.
    pub superseded_lists: Vec<String>,
    /// Bytes loaded for one inference.
    #[schemars(range(min = 1, max = 1_073_741_824))]
    pub input_bytes: Option<u32>,
    /// Numbers in one output vector.
    #[schemars(range(min = 1, max = 65_536))]
    pub outputs: Option<usize>,
    /// What the closed division must reach.
    pub target: Target,
    /// Smaller sizes of the benchmark that must be submitted, too.
    pub requires: Vec<String>,
    /// Runs that must be there.
    pub required: Vec<Mode>,
    /// Runs of which one must be there.
    pub required_one_of: Vec<Mode>,
    /// Runs that may be there.
    pub optional: Vec<Mode>,
}

/// What kind of figure the accuracy of a benchmark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Scores per class, judged by Top-1.
    Classification,
    /// One anomaly score per slice of a file, judged by ROC AUC over files.
    Anomaly,
    /// Detections in a stream, judged by misses and false alarms.
    Wakeword,
}

/// The quality target of the closed division ("MLPerf Tiny rules, 4.1.1").
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Top-1 in per cent, at least.
    Top1Percent(#[schemars(range(min = 0.0, max = 100.0))] f64),
    /// Area under the ROC curve, between 0 and 1, at least.
    Auc(#[schemars(range(min = 0.0, max = 1.0))] f64),
    /// Wake word errors, at most.
    Wakeword {
        /// False alarms.
        #[schemars(range(min = 0, max = 1_000_000))]
        false_positives: u64,
        /// Missed words.
        #[schemars(range(min = 0, max = 1_000_000))]
        false_negatives: u64,
    },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top1Percent(least) => write!(f, "Top-1 of at least {least} %"),
            Self::Auc(least) => write!(f, "AUC of at least {least}"),
            Self::Wakeword { false_positives, false_negatives } => {
                write!(f, "at most {false_positives} false alarms and {false_negatives} words missed")
            }
        }
    }
}

/// What a run measures; also the name of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The whole input list once.
    Accuracy,
    /// Energy in timed windows.
    Energy,
    /// Throughput in timed windows.
    Performance,
}

impl Mode {
    /// All modes, in the order of their folders.
    pub const ALL: [Self; 3] = [Self::Accuracy, Self::Energy, Self::Performance];

    /// The folder's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Energy => "energy",
            Self::Performance => "performance",
        }
    }

    /// The mode of a folder name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The program on the host that ran a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runner {
    /// EEMBC EnergyRunner.
    Eembc,
    /// The MLCommons Python runner, since v1.3.
    Mlcommons,
}

impl Runner {
    /// The runner's key in a round file and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eembc => "eembc",
            Self::Mlcommons => "mlcommons",
        }
    }

    /// The runner's name in a sentence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Eembc => "EEMBC runner",
            Self::Mlcommons => "MLCommons runner",
        }
    }
}

/// The two runners of a round.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runners {
    /// EEMBC EnergyRunner.
    pub eembc: RunnerSpec,
    /// MLCommons runner.
    pub mlcommons: RunnerSpec,
}

impl Runners {
    /// What the round says of one runner.
    #[must_use]
    pub const fn get(&self, runner: Runner) -> &RunnerSpec {
        match runner {
            Runner::Eembc => &self.eembc,
            Runner::Mlcommons => &self.mlcommons,
        }
    }
}

/// What a round allows one runner, and the files its sessions leave.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunnerSpec {
    /// Benchmarks it may measure; empty where it is not permitted.
    pub benchmarks: Vec<String>,
    /// The oldest version without known errors in measuring.
    pub oldest_version: Option<String>,
    /// A file in the benchmark's folder that says this runner was used.
    pub marker: Option<String>,
    /// Files of every run.
    pub required: Vec<FileRole>,
    /// Files every run should have.
    pub expected: Vec<FileRole>,
    /// More files an energy run should have.
    pub energy: Vec<FileRole>,
    /// The picture of the first energy trial; the others count on from `000`.
    pub plots: Option<String>,
}

/// What a file of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileRole {
    /// What is claimed.
    Results,
    /// What the runner saw.
    Log,
    /// What the EEMBC runner was told to do.
    Script,
    /// What the MLCommons runner made of it.
    Json,
    /// The energy samples of the EEMBC runner.
    Trace,
    /// The time stamps of that trace.
    Stamps,
}

/// Names of a run's files; the first is the right one, the others are understood.
/// `{mode}` stands for the name of the run's folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileNames {
    /// What is claimed.
    pub results: Vec<String>,
    /// What the runner saw.
    pub log: Vec<String>,
    /// What the EEMBC runner was told to do.
    pub script: Vec<String>,
    /// What the MLCommons runner made of it.
    pub json: Vec<String>,
    /// The energy samples of the EEMBC runner.
    pub trace: Vec<String>,
    /// The time stamps of that trace.
    pub stamps: Vec<String>,
}

impl FileNames {
    /// The names of a role in a run's folder, the right one first.
    #[must_use]
    pub fn of(&self, role: FileRole, mode: Mode) -> Vec<String> {
        let names = match role {
            FileRole::Results => &self.results,
            FileRole::Log => &self.log,
            FileRole::Script => &self.script,
            FileRole::Json => &self.json,
            FileRole::Trace => &self.trace,
            FileRole::Stamps => &self.stamps,
        };
        names.iter().map(|name| name.replace("{mode}", mode.name())).collect()
    }
}

impl FileRole {
    /// All roles.
    pub const ALL: [Self; 6] = [Self::Results, Self::Log, Self::Script, Self::Json, Self::Trace, Self::Stamps];
}

/// What a timed window must be ("MLPerf Tiny Benchmark", 5.3).
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// Exactly this many windows in a run.
    #[schemars(range(min = 1, max = 1000))]
    pub count: usize,
    /// Seconds, at least.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub min_seconds: f64,
    /// Inferences, at least.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub min_inferences: u64,
}

/// How far figures may lie apart before it is a finding.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerances {
    /// Claimed against recomputed, in units of the claim's last printed digit.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub printed_units: f64,
    /// By how much the host may count longer than the device, as a fraction of the device's time.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_fraction: f64,
    /// The same, either way, that honest boards keep.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_drift_fraction: f64,
    /// By how much the host may count shorter than the device before it proves nothing, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_short_fraction: f64,
    /// Seconds a window that the serial line explains.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub clock_seconds: f64,
    /// Longest time from the end of a log to its results, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub session_gap_seconds: f64,
    /// Throughput of the energy run against the performance run, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub speed_fraction: f64,
    /// The same, beyond which the energy is not that of the claimed speed, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub speed_limit_fraction: f64,
    /// Latency of a single inference against the inverse throughput, and the host's time of it against the device's, as a
    /// fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub latency_fraction: f64,
    /// Bits that the clocks of two runs have in common from which one is a copy of the other.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub copy_bits: f64,
    /// Time around a single inference that its device may take, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub latency_seconds: f64,
    /// Time around a single inference that the host may count beyond the device, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub latency_host_seconds: f64,
    /// The host's time of warm-ups against their number times the latency, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub warmup_fraction: f64,
    /// The same, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub warmup_seconds: f64,
    /// From a session's name to its first stamp, at most, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub session_start_seconds: f64,
    /// Part of an energy window that must lie on inferences, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub window_overlap: f64,
    /// Slowest to fastest window over the median, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub window_spread: f64,
    /// Coarsest step of the device's timer, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub timer_seconds: f64,
    /// How much slower a system may be once it is no preview any more, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub preview_fraction: f64,
}

/// When the answers of an accuracy run are those of known weights (`rules/answers`), and when they are too good.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Mean margin of the best score over the second from which known weights are sure of an input, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub sure_margin: f64,
    /// Part of the sure inputs that the same weights may answer otherwise, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub otherwise_fraction: f64,
    /// Inputs answered otherwise, below which nothing is said.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub otherwise_inputs: usize,
    /// How far an anomaly score may lie from the known one, as a fraction of it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub score_fraction: f64,
    /// Standard deviations by which the answers that differ may be more often right than chance explains.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub sign_deviations: f64,
    /// The same, of the inputs that all submitters answer alike.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub agreed_deviations: f64,
    /// Part of all submitters that at most gets a hard input right, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hard_fraction: f64,
    /// Part of the hard inputs that an honest run may get right, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hard_right_fraction: f64,
    /// Hard inputs, below which nothing is said.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub hard_inputs: usize,
}

/// The energy measurement.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Samples per second of a trace.
    #[schemars(range(min = 1.0, max = 10_000_000.0))]
    pub trace_rate_hz: f64,
    /// Seconds at either end of a window whose mean power is held against that of its middle.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub edge_seconds: f64,
    /// How far it may lie from it, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub edge_fraction: f64,
    /// Stamps in an EEMBC trace before the first window's start.
    #[schemars(range(min = 0, max = 1000))]
    pub stamps_before_windows: usize,
    /// Packets a monitor may drop, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub dropped_fraction: f64,
    /// How far the mean power of a window may lie from the median of all, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub uneven_fraction: f64,
    /// Part of a trace's samples that may have more digits than the monitor gives, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub off_grid_fraction: f64,
    /// How many times the power may be that of the board's other benchmarks, or a part of it.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub board_power_factor: f64,
    /// Monitors the EEMBC runner supports, as its log names them.
    pub monitors: Vec<String>,
}

/// The streaming wake word measurement.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wakeword {
    /// Passes over the recording.
    #[schemars(range(min = 1, max = 1000))]
    pub trials: usize,
    /// Seconds of a pass, at least.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub min_seconds: f64,
    /// Words spoken in the recording.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub occurrences: u64,
    /// A detection counts until this long after the word, in seconds, as the runner scores.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub hit_seconds: f64,
    /// The same as the runner's README documents it, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub documented_hit_seconds: f64,
    /// False alarms closer together than this are one, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub debounce_seconds: f64,
    /// Pulses of activity that the runner records.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub pulses: usize,
    /// Time between two frames of the recording, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub period_seconds: f64,
    /// How far the mean period may lie from it, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub period_fraction: f64,
}

/// What the tree itself may hold.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hygiene {
    /// Largest file the official checker takes, in MB of 2^20 bytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub max_file_mb: u64,
    /// Largest file its message speaks of, in MB of 2^20 bytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub stated_max_file_mb: u64,
}

/// The tables that the working group's tools make of the results.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Benchmarks in the order of their columns.
    pub benchmarks: Vec<String>,
    /// The submitters' repository, which the final report links to; not everybody can open it.
    pub repository: String,
    /// The repository of the published results, which anybody can open.
    pub public_repository: String,
    /// Whether the summary has columns for false alarms, misses and duty cycle.
    pub wakeword_columns: bool,
    /// Whether the tables are made of the system descriptions, so that a lost value is a cell.
    pub from_descriptions: bool,
    /// What the summary shows for a field that a description lacks.
    pub absent_field: String,
    /// What the summary shows where no energy was measured.
    pub absent_power: String,
}

/// Keys of a system description.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemDescriptionSpec {
    /// Whether a description may have another name than its system.
    pub any_name: bool,
    /// Keys that must be there.
    pub required: Vec<String>,
    /// All keys of the template.
    pub fields: Vec<String>,
}

impl BenchmarkSpec {
    /// Whether a run of this mode belongs to the benchmark at all.
    #[must_use]
    pub fn has_mode(&self, mode: Mode) -> bool {
        self.required.contains(&mode) || self.required_one_of.contains(&mode) || self.optional.contains(&mode)
    }
}
