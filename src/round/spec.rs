//! Sections of a round file, field by field.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One benchmark of a round.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkSpec {
    /// Full name of the benchmark.
    pub title: String,
    /// Other folder names of the benchmark that are accepted.
    pub aliases: Vec<String>,
    /// Model string that the device reports (`m-model-[…]`).
    pub model: String,
    /// Multiply-accumulate operations per inference of the reference model, counted from its layers.
    #[schemars(range(min = 1, max = 1_000_000_000_000_u64))]
    pub macs: Option<u64>,
    /// The same without weights in or behind channels whose weights are all zero, which firmware may leave out; `None` if
    /// there are none. Counted by `tinyaudit weights`.
    #[schemars(range(min = 1, max = 1_000_000_000_000_u64))]
    pub macs_alive: Option<u64>,
    /// Kind of accuracy figure.
    pub task: Task,
    /// Accepted input lists; an accuracy run must cover one of them completely.
    pub lists: Vec<String>,
    /// Input lists that are recognised but not accepted in this round.
    pub superseded_lists: Vec<String>,
    /// Bytes loaded for one inference.
    #[schemars(range(min = 1, max = 1_073_741_824))]
    pub input_bytes: Option<u32>,
    /// Number of values in one output vector.
    #[schemars(range(min = 1, max = 65_536))]
    pub outputs: Option<usize>,
    /// Quality target of the closed division.
    pub target: Target,
    /// Smaller sizes of the benchmark that must also be submitted.
    pub requires: Vec<String>,
    /// Required runs.
    pub required: Vec<Mode>,
    /// Runs; at least one of them is required.
    pub required_one_of: Vec<Mode>,
    /// Optional runs.
    pub optional: Vec<Mode>,
}

/// Kind of accuracy figure of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Scores per class, measured by Top-1.
    Classification,
    /// One anomaly score per slice of a file, measured by ROC AUC over files.
    Anomaly,
    /// Detections in an audio stream, measured by misses and false alarms.
    Wakeword,
}

/// The quality target of the closed division ("MLPerf Tiny rules, 4.1.1").
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Minimum Top-1 in per cent.
    Top1Percent(#[schemars(range(min = 0.0, max = 100.0))] f64),
    /// Minimum area under the ROC curve, 0 to 1.
    Auc(#[schemars(range(min = 0.0, max = 1.0))] f64),
    /// Maximum wake word errors.
    Wakeword {
        /// Maximum number of false alarms.
        #[schemars(range(min = 0, max = 1_000_000))]
        false_positives: u64,
        /// Maximum number of missed words.
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

/// What a run measures, which is also the name of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Accuracy: the whole input list, once.
    Accuracy,
    /// Energy, in timed windows.
    Energy,
    /// Throughput, in timed windows.
    Performance,
}

impl Mode {
    /// All modes, in the order of their folders.
    pub const ALL: [Self; 3] = [Self::Accuracy, Self::Energy, Self::Performance];

    /// Returns the name of the folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Energy => "energy",
            Self::Performance => "performance",
        }
    }

    /// Returns the mode with this folder name.
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

/// Program on the host that runs a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runner {
    /// EEMBC EnergyRunner.
    Eembc,
    /// MLCommons Python runner, since v1.3.
    Mlcommons,
}

impl Runner {
    /// Returns the runner's key in round files and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eembc => "eembc",
            Self::Mlcommons => "mlcommons",
        }
    }

    /// Returns the runner's name for use in a sentence.
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
    /// Returns the specification of a runner.
    #[must_use]
    pub const fn get(&self, runner: Runner) -> &RunnerSpec {
        match runner {
            Runner::Eembc => &self.eembc,
            Runner::Mlcommons => &self.mlcommons,
        }
    }
}

/// What a round allows for one runner, and the files of its sessions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunnerSpec {
    /// Benchmarks that the runner may measure; empty if the runner is not permitted.
    pub benchmarks: Vec<String>,
    /// Oldest version without known measurement errors; `null` if the runner does not print its version.
    pub oldest_version: Option<String>,
    /// Name of a file in the benchmark's folder that marks the use of this runner.
    pub marker: Option<String>,
    /// Required files of every run.
    pub required: Vec<FileRole>,
    /// Files that every run should have.
    pub expected: Vec<FileRole>,
    /// Additional files that every energy run should have.
    pub energy: Vec<FileRole>,
    /// File name of the plot of the first energy trial; the number `000` is counted up for the others.
    pub plots: Option<String>,
}

/// Role of a file in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileRole {
    /// The claimed figures.
    Results,
    /// The runner's log.
    Log,
    /// The command script of the EEMBC runner.
    Script,
    /// results.json of the MLCommons runner.
    Json,
    /// The energy samples of the EEMBC runner.
    Trace,
    /// The time stamps that belong to the energy samples.
    Stamps,
}

/// Names of a run's files by role. The first is the official name, the others are also recognised. `{mode}` stands for
/// the name of the run's folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileNames {
    /// The claimed figures.
    pub results: Vec<String>,
    /// The runner's log.
    pub log: Vec<String>,
    /// The command script of the EEMBC runner.
    pub script: Vec<String>,
    /// results.json of the MLCommons runner.
    pub json: Vec<String>,
    /// The energy samples of the EEMBC runner.
    pub trace: Vec<String>,
    /// The time stamps that belong to the energy samples.
    pub stamps: Vec<String>,
}

impl FileNames {
    /// Returns the file names of a role in a run's folder, the official one first.
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

/// Requirements on timed windows ("MLPerf Tiny Benchmark", 5.3).
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// Exact number of windows in a run.
    #[schemars(range(min = 1, max = 1000))]
    pub count: usize,
    /// Minimum duration of a window, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub min_seconds: f64,
    /// Minimum number of inferences in a window.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub min_inferences: u64,
}

/// Tolerances: differences beyond them are findings.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerances {
    /// Maximum difference between claimed and recomputed figure, in units of the claim's last printed digit.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub printed_units: f64,
    /// Maximum excess of the host's time over the device's time, as a fraction of the device's time. Beyond it, the
    /// claimed throughput is too high.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_fraction: f64,
    /// Maximum difference between the host's and the device's time in either direction on honest boards, as a fraction
    /// of the device's time.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_drift_fraction: f64,
    /// Maximum excess of the device's time over the host's time, as a fraction of the device's time. Beyond it, the
    /// host's time does not prove the throughput.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub clock_short_fraction: f64,
    /// Difference between the host's and the device's time per window that the serial line explains, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub clock_seconds: f64,
    /// Maximum time from the end of a log to its results.txt, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub session_gap_seconds: f64,
    /// Maximum difference in throughput between energy run and performance run, as a fraction of the latter.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub speed_fraction: f64,
    /// Difference in throughput beyond which the energy is not proven for the claimed throughput, as a fraction of it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub speed_limit_fraction: f64,
    /// Maximum difference between the latency of a single inference and the inverse throughput, as a fraction of the
    /// latter; also the maximum excess of the host's time of a single inference over the device's, as a fraction of the
    /// device's.
    /// `latency_seconds` or `latency_host_seconds` is added.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub latency_fraction: f64,
    /// Minimum bits of coincidence between the times of two runs for one to be a copy of the other.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub copy_bits: f64,
    /// Largest correlation of the durations of the loads of two sessions.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub load_correlation: f64,
    /// Additional tolerance for the device's time of a single inference, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub latency_seconds: f64,
    /// Additional tolerance for the host's time of a single inference, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub latency_host_seconds: f64,
    /// Maximum difference between the host's time of the warm-ups and their number times the latency, as a fraction of
    /// the latter. `warmup_seconds` is added.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub warmup_fraction: f64,
    /// Additional tolerance for the host's time of the warm-ups, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub warmup_seconds: f64,
    /// Maximum time from the start of a session, which its name gives, to its first time stamp, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub session_start_seconds: f64,
    /// Minimum fraction of an energy window that overlaps inferences, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub window_overlap: f64,
    /// Maximum difference between the slowest and the fastest window, as a fraction of the median.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub window_spread: f64,
    /// Maximum step of the device's timer, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub timer_seconds: f64,
    /// Maximum loss of throughput from preview to available, as a fraction of the preview's throughput.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub preview_fraction: f64,
}

/// Limits of the intervals of a session, on every clock.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// Maximum pause in a log of the EEMBC runner outside of loads, warm-ups and inferences, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub pause_seconds: f64,
    /// Maximum time from the start of inferences to the first time stamp, and from the second to the end, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub stamp_seconds: f64,
    /// Maximum time from an `infer` command to the device's first line, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub command_seconds: f64,
    /// Maximum difference between the stated duration of a load and its time stamps, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub load_seconds: f64,
    /// Maximum time from the end of a window to the next load in a log of the MLCommons runner, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub gap_seconds: f64,
    /// Minimum length of an EEMBC energy trace, as a fraction of the host's time from trace on to trace off.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub trace_least: f64,
    /// Maximum length of an EEMBC energy trace, as a fraction of the same time.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub trace_most: f64,
    /// Minimum number of samples of an MLCommons trial after its last time stamp.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub tail_least: usize,
    /// Maximum number of samples of an MLCommons trial after its last time stamp.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub tail_most: usize,
    /// Maximum difference between the device's and the host's time between inferences of an accuracy run, as a fraction
    /// of the host's time.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub accuracy_clock_fraction: f64,
    /// Maximum difference between the overheads of a single inference of a system's benchmarks for them to agree, in
    /// seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub siblings_seconds: f64,
    /// Maximum difference between the overhead of a single inference and that of the system's other benchmarks, if these
    /// agree, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub overhead_seconds: f64,
    /// Additional tolerance for both differences, as a fraction of the latency.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub overhead_fraction: f64,
}

/// Limits for comparing the answers of an accuracy run with those of known weights (`rules/answers`): whether these
/// weights were used, and whether the answers are too good.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Minimum mean margin of the best score over the second for an input to be sure, 0 to 1. An input is sure if also
    /// all submitters with the same weights agree.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub sure_margin: f64,
    /// Maximum fraction of the inputs on which all reference runs agree clearly that a run of the same weights answers differently, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub otherwise_fraction: f64,
    /// Minimum number of inputs on which all reference runs agree clearly answered differently for a finding.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub otherwise_inputs: usize,
    /// Maximum deviation of an anomaly score from the known one, as a fraction of it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub score_fraction: f64,
    /// Maximum number of standard deviations by which the differing answers are more often correct than by chance.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub sign_deviations: f64,
    /// Like `sign_deviations`, but only for inputs that all submitters answer alike.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub agreed_deviations: f64,
    /// Maximum fraction of submitters that answer an input correctly for it to be hard, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hard_fraction: f64,
    /// Maximum fraction of the hard inputs that an honest run answers correctly, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub hard_right_fraction: f64,
    /// Minimum fraction of the rows of a log that are those of the reference model for the log to be replayed, 0 to 1.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub replay_fraction: f64,
    /// Maximum difference of such a row, in 256ths.
    #[schemars(range(min = 0, max = 255))]
    pub replay_lsb: u32,
    /// Maximum difference of any row of a replayed log, in 256ths.
    #[schemars(range(min = 0, max = 255))]
    pub replay_beyond_lsb: u32,
    /// Maximum area under the ROC curve of published closed results of anomaly detection, 0.5 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub auc_most: f64,
    /// Minimum number of hard inputs for a finding.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub hard_inputs: usize,
}

/// Requirements on energy measurements.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Sample rate of a trace, in samples per second.
    #[schemars(range(min = 1.0, max = 10_000_000.0))]
    pub trace_rate_hz: f64,
    /// Length of the two ends of a window whose mean power is compared with that of its middle, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub edge_seconds: f64,
    /// Maximum deviation of the mean power of either end from that of the middle, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub edge_fraction: f64,
    /// Number of time stamps in an EEMBC trace before the start of the first window.
    #[schemars(range(min = 0, max = 1000))]
    pub stamps_before_windows: usize,
    /// Maximum fraction of packets that the monitor may drop.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub dropped_fraction: f64,
    /// Maximum deviation of the mean power of a window from the median of all windows, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub uneven_fraction: f64,
    /// Maximum fraction of samples with more digits than the monitor gives, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub off_grid_fraction: f64,
    /// Maximum factor, in either direction, between the mean power of a benchmark and that of the board's other
    /// benchmarks.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub board_power_factor: f64,
    /// Maximum time by which the windows of a trace are moved, to find where inside and outside differ most, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub shift_seconds: f64,
    /// Minimum difference in mean power between inside and outside of the windows for their place to be judged, as a
    /// fraction of the mean power.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub contrast: f64,
    /// Minimum of that difference at the place of the windows, as a fraction of the largest difference.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast_fraction: f64,
    /// Minimum of the 1st percentile of the samples of a window, as a fraction of their mean.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub low_fraction: f64,
    /// Maximum deviation of the mean of 100 ms of a window from the mean of the window, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub unsteady_fraction: f64,
    /// Maximum number of inferences per second for the spectrum of a window to be judged.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub repeat_hz: f64,
    /// Minimum strength of a line at half of the inferences per second for a finding, as a multiple of the level beside it.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub repeat_half: f64,
    /// Names, in the log, of the monitors that the runners support.
    pub monitors: Vec<String>,
}

/// Requirements on the streaming wake word test.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wakeword {
    /// Number of passes over the recording.
    #[schemars(range(min = 1, max = 1000))]
    pub trials: usize,
    /// Minimum duration of a pass, in seconds.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    pub min_seconds: f64,
    /// Number of wake words in the recording.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub occurrences: u64,
    /// Time after the end of a word during which a detection counts, in seconds, as the runner scores.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub hit_seconds: f64,
    /// Time after the end of a word during which a detection counts, in seconds, as the runner's README documents.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub documented_hit_seconds: f64,
    /// Time within which false alarms count as one, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub debounce_seconds: f64,
    /// Number of activity pulses that the runner records.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub pulses: usize,
    /// Time between two frames of the recording, in seconds.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub period_seconds: f64,
    /// Maximum deviation of the mean period from `period_seconds`, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub period_fraction: f64,
}

/// Limits on the files of a submission.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hygiene {
    /// Maximum size of a file that the official checker accepts, in MB of 2^20 bytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub max_file_mb: u64,
    /// Maximum size of a file that the official checker's message states, in MB of 2^20 bytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub stated_max_file_mb: u64,
}

/// The tables of results that the working group's tools generate.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Benchmarks in the order of the columns.
    pub benchmarks: Vec<String>,
    /// Name of the submissions repository, to which the final report links; it is not public.
    pub repository: String,
    /// Name of the public repository of the published results.
    pub public_repository: String,
    /// Whether the summary has columns for false alarms, misses and duty cycle.
    pub wakeword_columns: bool,
    /// Whether the tables contain fields of the system descriptions, so that a value lost there is lost in the tables,
    /// too.
    pub from_descriptions: bool,
    /// Text in the summary for a field that is missing in a description.
    pub absent_field: String,
    /// Text in the summary if energy was not measured.
    pub absent_power: String,
}

/// Keys of system descriptions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemDescriptionSpec {
    /// Whether the file name of a description may differ from the name of its system.
    pub any_name: bool,
    /// Required keys.
    pub required: Vec<String>,
    /// All keys of the template.
    pub fields: Vec<String>,
}

impl BenchmarkSpec {
    /// Whether the benchmark has runs of this mode.
    #[must_use]
    pub fn has_mode(&self, mode: Mode) -> bool {
        self.required.contains(&mode) || self.required_one_of.contains(&mode) || self.optional.contains(&mode)
    }
}
