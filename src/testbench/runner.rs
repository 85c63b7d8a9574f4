//! Runner: measures a device and writes the session files that the EEMBC or the MLCommons runner would have written.
//!
//! It does more checks than the official runners: every reply is checked, every load is verified, counters may wrap,
//! outputs must have the right number of values, and every wait has a time-out.
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

pub(crate) mod dialogue;
pub(crate) mod eembc;
pub mod inputs;
pub mod measure;
pub(crate) mod mlcommons;
mod plot;

pub mod stream;

use crate::round::{BenchmarkSpec, Dataset, Mode, Round, Runner, Task, WakewordTruth, dataset, wakeword_truth};
use crate::testbench::device::{Micros, Received};
use crate::testbench::simulator::Profile;
pub use dialogue::{Exchange, PATIENCE, Progress, RunError};
pub use measure::measure;
use stream::Stream;

/// What to measure.
pub struct Job<'a> {
    /// Official short name of the benchmark.
    pub benchmark: &'a str,
    /// The round's data on the benchmark.
    pub spec: &'a BenchmarkSpec,
    /// Round, for its rules on windows.
    pub round: &'a Round,
    /// Mode of the run.
    pub mode: Mode,
    /// Runner whose session files are written.
    pub dialect: Runner,
    /// Input list; `None` for the wake word.
    pub list: Option<&'static Dataset>,
    /// Recording for the wake word; `None` for other benchmarks.
    pub truth: Option<&'static WakewordTruth>,
    /// Source of the inputs.
    pub inputs: &'a dyn inputs::Inputs,
    /// Local time at which the session starts.
    pub started: jiff::civil::DateTime,
    /// Set-up of the bench.
    pub setup: Setup,
}

/// Set-up of a bench for a measurement.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Baud rate between board and device.
    pub device_baud: u32,
    /// Supply voltage in mV from the energy monitor.
    pub millivolts: u32,
    /// Longest wait for a line of an `infer`.
    pub patience: Micros,
}

impl Setup {
    /// Returns the set-up for a simulated device. The patience is long, because waiting takes no real time.
    #[must_use]
    pub(crate) fn simulated(profile: &Profile, benchmark: &str, mode: Mode) -> Self {
        let patience = 100 * PATIENCE;
        Self { device_baud: profile.device_baud(benchmark, mode), millivolts: profile.millivolts(), patience }
    }
}

impl Default for Setup {
    /// Returns the values of the official device files for energy runs.
    fn default() -> Self {
        Self { device_baud: 9600, millivolts: 1800, patience: PATIENCE }
    }
}

/// Input list, or recording of the wake word.
pub(crate) type Lists = (Option<&'static Dataset>, Option<&'static WakewordTruth>);

/// Returns the list that a benchmark is measured on: the named one, else the round's first.
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

/// Trial: one loaded input and the inferences on it.
pub struct Trial {
    /// Name of the input file.
    pub input: String,
    /// Class of the input.
    pub class: u32,
    /// Index of the slice of the file.
    pub slice: u32,
    /// Offset of the slice in the file, in bytes.
    pub offset: usize,
    /// Number of bytes loaded.
    pub bytes: usize,
    /// Number of bytes of the whole file.
    pub file_bytes: usize,
    /// Times at which loading started and ended.
    pub load: (Micros, Micros),
    /// Number of timed inferences.
    pub iterations: u64,
    /// Number of warm-up inferences.
    pub warmups: u64,
    /// The `infer` command and its reply.
    pub infer: Exchange,
    /// Time stamps of the device in µs, with a wrap of the 32-bit counter undone; `None` in energy mode.
    pub stamps: Option<(u64, u64)>,
    /// The output vector.
    pub outputs: Vec<f64>,
    /// Samples of the energy monitor during the trial, as a range of the stream.
    pub samples: std::ops::Range<usize>,
    /// Events of the energy monitor during the trial, as a range of the stream.
    pub events: std::ops::Range<usize>,
}

/// Outcome of a wake word run.
pub struct Heard {
    /// Time of the host's clock at which playing started.
    pub playing_at: Micros,
    /// Detections in ms.
    pub detections: Vec<u64>,
    /// Rising edges of the processing pin, in ticks of 10 µs.
    pub starts: Vec<u64>,
    /// Falling edges of the processing pin, in ticks of 10 µs.
    pub stops: Vec<u64>,
    /// Activations of the wake word as the device reports them; empty if it does not report them.
    pub activations: Vec<i64>,
}

/// Link used by a session.
pub struct Link {
    /// Name of the port.
    pub name: String,
    /// Baud rate.
    pub baud: u32,
}

/// Everything recorded in a session.
pub struct Recording {
    /// The links, in the order monitor, board, device.
    pub links: Vec<Link>,
    /// Lines of the device after power-on; empty if it was powered before the session.
    pub banner: Vec<Received>,
    /// Name that the device reports.
    pub vendor: String,
    /// The exchanges of the handshake, in order.
    pub handshake: Vec<Exchange>,
    /// Time at which the energy monitor was started.
    pub trace_on: Micros,
    /// The exchanges after the last trial.
    pub closing: Vec<Exchange>,
    /// Times at which the session began and ended.
    pub span: (Micros, Micros),
    /// The trials, in order.
    pub trials: Vec<Trial>,
    /// Stream of the energy monitor.
    pub energy: Option<Stream>,
    /// Outcome of the wake word run.
    pub heard: Option<Heard>,
}

/// Files of a session, by name.
pub type SessionFiles = std::collections::BTreeMap<String, Vec<u8>>;

/// Returns the session files, in the dialect of the job.
#[must_use]
pub fn session_files(job: &Job<'_>, recording: &Recording) -> SessionFiles {
    match job.dialect {
        Runner::Eembc => eembc::files(job, recording),
        Runner::Mlcommons => mlcommons::files(job, recording),
    }
}
