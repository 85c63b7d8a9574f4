//! The reference runner: measures a device and writes the session either runner would have written.
//!
//! It does what the official runners do, and what they leave out: every reply is checked, every load verified, counters
//! may wrap, outputs must have the right number of values, and every wait has an end.
//!
//! ```
//! use std::sync::Arc;
//! use tinyaudit::testbench::runner::{Job, Setup, inputs::Synthetic, list_for, measure, session_files};
//! use tinyaudit::testbench::simulator::Profile;
//! use tinyaudit::submit::demo::simulated_ports;
//! use tinyaudit::round::{Mode, Round, Runner};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let round = Round::named("v1.3")?;
//! let (mode, dialect) = (Mode::Performance, Runner::Mlcommons);
//! let spec = &round.benchmarks["ic"];
//! let (list, truth) = list_for(spec, None)?;
//! let started = jiff::civil::date(2026, 1, 5).at(8, 0, 0, 0);
//! let profile = Arc::new(Profile::named("cortex-m4-reference")?);
//! let mut ports = simulated_ports(&profile, "ic", mode, dialect)?;
//! let inputs = &Synthetic;
//! let setup = Setup::default();
//! let job = Job { benchmark: "ic", spec, round: &round, mode, dialect, list, truth, inputs, started, setup };
//! let recording = measure(&job, &mut ports, &mut |_| {})?;
//! assert!(session_files(&job, &recording).contains_key("results.txt"));
//! # Ok(())
//! # }
//! ```
//!
//! Source: MLPerf Tiny Benchmark, 5.3; the procedures of mlcommons/tiny benchmark/runner and eembc/energyrunner.

pub mod dialogue;
pub mod eembc;
pub mod inputs;
pub mod measure;
pub mod mlcommons;
mod plot;

pub mod stream;

use crate::round::{BenchmarkSpec, Dataset, Mode, Round, Runner, Task, WakewordTruth, dataset, wakeword_truth};
use crate::testbench::device::{Micros, Received};
use crate::testbench::simulator::Profile;
pub use dialogue::{Exchange, PATIENCE, Progress, RunError, Tell};
pub use measure::measure;
use stream::Stream;

/// What to measure.
pub struct Job<'a> {
    /// Official short name of the benchmark.
    pub benchmark: &'a str,
    /// What the round says of it.
    pub spec: &'a BenchmarkSpec,
    /// What the round says of windows.
    pub round: &'a Round,
    /// What kind of run.
    pub mode: Mode,
    /// Whose session files to write.
    pub dialect: Runner,
    /// The input list; `None` for the wake word.
    pub list: Option<&'static Dataset>,
    /// The recording of the wake word; `None` otherwise.
    pub truth: Option<&'static WakewordTruth>,
    /// Where the inputs come from.
    pub inputs: &'a dyn inputs::Inputs,
    /// Local time at which the session starts.
    pub started: jiff::civil::DateTime,
    /// How the bench is set up.
    pub setup: Setup,
}

/// What a bench is told before it measures.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Speed in baud that a board has to speak to the device.
    pub device_baud: u32,
    /// Supply voltage in mV that the energy monitor gives.
    pub millivolts: u32,
    /// How long a line of an `infer` may take.
    pub patience: Micros,
}

impl Setup {
    /// The bench of a simulated device, whose windows take no time to wait for, however slow it is.
    #[must_use]
    pub fn simulated(profile: &Profile, benchmark: &str, mode: Mode) -> Self {
        let patience = 100 * PATIENCE;
        Self { device_baud: profile.device_baud(benchmark, mode), millivolts: profile.millivolts(), patience }
    }
}

impl Default for Setup {
    /// What the official device files say of energy runs.
    fn default() -> Self {
        Self { device_baud: 9600, millivolts: 1800, patience: PATIENCE }
    }
}

/// Lists a job may use: the input list, or the recording of the wake word.
pub type Lists = (Option<&'static Dataset>, Option<&'static WakewordTruth>);

/// The list a benchmark is measured on: the one named, otherwise the round's first.
///
/// # Errors
/// When the round does not accept that list.
pub fn list_for(spec: &BenchmarkSpec, named: Option<&str>) -> Result<Lists, RunError> {
    let name = named.or_else(|| spec.lists.first().map(String::as_str)).unwrap_or_default();
    if !spec.lists.iter().any(|list| list == name) {
        let accepted = spec.lists.join(", ");
        return Err(RunError::Job(format!("the round does not accept the input list {name}; it accepts {accepted}")));
    }
    Ok(match spec.task {
        Task::Wakeword => (None, wakeword_truth(name)),
        Task::Classification | Task::Anomaly => (dataset(name), None),
    })
}

/// One loaded input with the inferences on it.
pub struct Trial {
    /// Name of the input file.
    pub input: String,
    /// Its class.
    pub class: u32,
    /// Slice of the file.
    pub slice: u32,
    /// Where in the file the load started, in bytes.
    pub offset: usize,
    /// Bytes loaded.
    pub bytes: usize,
    /// Bytes of the whole file.
    pub file_bytes: usize,
    /// When loading started and ended.
    pub load: (Micros, Micros),
    /// Timed inferences.
    pub iterations: u64,
    /// Warm-ups.
    pub warmups: u64,
    /// The `infer` command and its reply.
    pub infer: Exchange,
    /// The device's time stamps in µs, a wrap of 32 bits undone; none in energy mode.
    pub stamps: Option<(u64, u64)>,
    /// The output vector.
    pub outputs: Vec<f64>,
    /// Samples and events of the energy monitor that belong to the trial, as ranges of the stream.
    pub samples: std::ops::Range<usize>,
    /// Events likewise.
    pub events: std::ops::Range<usize>,
}

/// What a wake word run gave.
pub struct Heard {
    /// When playing started, on the host's clock.
    pub playing_at: Micros,
    /// Detections in ms.
    pub detections: Vec<u64>,
    /// Rises of the processing pin, in ticks of 10 µs.
    pub starts: Vec<u64>,
    /// Falls of the processing pin.
    pub stops: Vec<u64>,
    /// Activations of the word that the device reported, as it scales them; none where it reports none.
    pub activations: Vec<i64>,
}

/// A link that a session used.
pub struct Link {
    /// The port.
    pub name: String,
    /// Its speed in baud.
    pub baud: u32,
}

/// Everything a session gave.
pub struct Recording {
    /// The links, in the order monitor, board, device.
    pub links: Vec<Link>,
    /// What the device said when it got power; nothing where it had power all along.
    pub banner: Vec<Received>,
    /// What the device calls itself.
    pub vendor: String,
    /// The exchanges of the handshake, in order.
    pub handshake: Vec<Exchange>,
    /// When the energy monitor was started.
    pub trace_on: Micros,
    /// The exchanges after the last trial.
    pub closing: Vec<Exchange>,
    /// When the session began and ended.
    pub span: (Micros, Micros),
    /// The trials, in order.
    pub trials: Vec<Trial>,
    /// What the energy monitor streamed.
    pub energy: Option<Stream>,
    /// The wake word run.
    pub heard: Option<Heard>,
}

/// A session's files by name.
pub type SessionFiles = std::collections::BTreeMap<String, Vec<u8>>;

/// The files a session leaves, in the dialect of the job.
#[must_use]
pub fn session_files(job: &Job<'_>, recording: &Recording) -> SessionFiles {
    match job.dialect {
        Runner::Eembc => eembc::files(job, recording),
        Runner::Mlcommons => mlcommons::files(job, recording),
    }
}
