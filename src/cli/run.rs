//! `tinyaudit run`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::streams::{advance, print_info, progress, read_text};
use crate::audit::rerun::read_model;
use crate::infer::network::fits;
use crate::model::weights_of;
use crate::parse::claims::{self, Claims};
use crate::round::{Mode, Round, Runner, Task};
use crate::submit::demo;
use crate::submit::output::write_files;
use crate::testbench::device::link::Link;
use crate::testbench::device::place::Place;
use crate::testbench::device::{Device, SECOND, discard_pending};
use crate::testbench::recording::{self, Recorded};
use crate::testbench::runner::inputs::inputs_of;
use crate::testbench::runner::measure::Ports;
use crate::testbench::runner::{Job, PATIENCE, Progress, Setup, list_for, measure, session_files};
use crate::testbench::simulator::answers::model_string;
use crate::testbench::simulator::random::seed_of;
use crate::testbench::simulator::{Port, Profile};

const EXAMPLES: &str = "\
Examples:
  tinyaudit run --profile cortex-m4-reference --benchmark ic --mode performance --into session
  tinyaudit run --port /dev/ttyACM0 --benchmark kws --mode accuracy --datasets data --into session
  tinyaudit run --port COM3 --benchmark kws --mode performance --datasets data --into session
  tinyaudit run --board /dev/ttyACM0 --monitor /dev/ttyACM1 --benchmark ic --mode energy --datasets data --into session";

/// Arguments of `tinyaudit run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    /// Simulated device: a built-in profile or a file
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Real device: its serial port, or `tcp:127.0.0.1:PORT`
    ///
    /// Omit --port and use --board for a device behind an interface board.
    #[arg(long, value_name = "PORT", value_parser = place(), conflicts_with = "profile")]
    port: Option<Place>,
    /// Port of the interface board or IO manager, like --port
    #[arg(long, value_name = "PORT", value_parser = place(), conflicts_with = "profile")]
    board: Option<Place>,
    /// Port of the energy monitor, like --port; the monitor also powers the device
    #[arg(long, value_name = "PORT", value_parser = place(), conflicts_with = "profile")]
    monitor: Option<Place>,
    /// Baud rate of the device [default: 115200; 9600 for energy except sww]
    #[arg(long, conflicts_with = "profile")]
    baud: Option<u32>,
    /// Supply voltage in mV, 1800 to 3300 [default: 1800; 3300 for sww]
    ///
    /// The energy monitor supplies this voltage.
    #[arg(long, value_name = "MV", conflicts_with = "profile", value_parser = clap::value_parser!(u32).range(1800..=3300))]
    supply: Option<u32>,
    /// Give up an inference if the device prints nothing for this many seconds
    ///
    /// The default is that of the official runner.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE / SECOND, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    patience: u64,
    /// Benchmark, by its short name, for example ic
    #[arg(long, value_name = "NAME")]
    benchmark: String,
    /// Mode to measure
    #[arg(long, value_enum)]
    mode: ModeName,
    /// Runner whose session files to write
    #[arg(long, value_enum, default_value = "mlcommons")]
    dialect: Dialect,
    /// Folder to write the session into; must be new or empty
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// TFLite model that the simulated device runs on the inputs, which are those of --datasets
    ///
    /// Shows the Top-1 or AUC of a model before there is firmware, and whether its weights are those of the reference.
    #[arg(long, value_name = "FILE", requires = "profile", requires = "datasets")]
    model: Option<PathBuf>,
    /// Folder with the data sets, `<list>/<file>`
    ///
    /// Required for a real device. Without it, a simulated device gets synthetic inputs.
    #[arg(long, value_name = "DIR")]
    datasets: Option<PathBuf>,
    /// Official input list to measure on [default: the profile's, else the round's first]
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// Also write the dialogue with the device to a file, from which `simulate --recording` answers
    ///
    /// For reports of faults: it contains everything that was sent and received, until the end or a failure.
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    record: Option<PathBuf>,
    /// Round whose rules apply, for example v1.3 [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
}

/// Runner whose session files to write.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Dialect {
    /// EEMBC EnergyRunner
    Eembc,
    /// MLCommons runner
    Mlcommons,
}

impl Dialect {
    /// Returns the runner of that dialect.
    pub const fn runner(self) -> Runner {
        match self {
            Self::Eembc => Runner::Eembc,
            Self::Mlcommons => Runner::Mlcommons,
        }
    }
}

/// Mode to measure.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ModeName {
    /// The whole input list, once
    Accuracy,
    /// Energy in timed windows
    Energy,
    /// Throughput in timed windows
    Performance,
}

impl ModeName {
    /// Returns the mode of that name.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Accuracy => Mode::Accuracy,
            Self::Energy => Mode::Energy,
            Self::Performance => Mode::Performance,
        }
    }
}

/// Returns the parser for the place of a port.
pub fn place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().try_map(Place::try_from)
}

/// Returns a built-in profile, or reads one from a file. `model` is the model that the device runs, if it is not that
/// of the profile.
pub fn profile_named(name: &str, model: Option<&Path>) -> anyhow::Result<Profile> {
    let path = Path::new(name);
    let mut profile = if path.is_file() {
        let text = read_text(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Profile::parse(&stem, name, &text)?
    } else {
        Profile::named(name)?
    };
    let own = profile.model.as_ref().map(|model| path.parent().unwrap_or(Path::new("")).join(model));
    if let Some(model) = model.map(Path::to_owned).or(own) {
        let read = read_model(&model).map_err(anyhow::Error::msg)?;
        profile.network = Some(Arc::new(read.model));
    }
    Ok(profile)
}

/// Refuses a model that does not have the input and output of a benchmark.
pub fn refuse_other_model(profile: &Profile, benchmark: &str) -> anyhow::Result<()> {
    let name = model_string(benchmark);
    match &profile.network {
        Some(model) if !fits(model, &name) => {
            anyhow::bail!("the model does not have the input and output of {benchmark}; name a model of {benchmark}")
        }
        _ => Ok(()),
    }
}

impl Run {
    /// Measures the device and writes the session files.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        crate::submit::leftovers::sweep(&self.into);
        // Checked before the measurement, which may take many minutes.
        if std::fs::read_dir(&self.into).is_ok_and(|mut entries| entries.next().is_some()) {
            anyhow::bail!("{} is not empty; name a new folder", self.into.display());
        }
        if self.profile.is_none() && self.port.is_none() && self.board.is_none() {
            anyhow::bail!(
                "no device is named; use --profile for a simulated device, --port for a real one, or --board for one behind an interface board"
            );
        }
        if self.profile.is_none() && matches!(self.mode, ModeName::Energy) && self.monitor.is_none() {
            anyhow::bail!("energy mode needs an energy monitor; name its port with --monitor, or use another --mode");
        }
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        let known = || round.benchmarks.keys().cloned().collect::<Vec<_>>().join(", ");
        let spec = round.benchmarks.get(&self.benchmark).with_context(|| {
            format!("{} does not have the benchmark {}; known: {}", round.name, self.benchmark, known())
        })?;
        let (mode, dialect) = (self.mode.mode(), self.dialect.runner());
        if spec.task == Task::Wakeword && mode == Mode::Accuracy {
            anyhow::bail!(
                "{} does not have an accuracy run; use --mode performance or --mode energy, which measure the accuracy, too",
                self.benchmark
            );
        }
        let read = |name: &str| profile_named(name, self.model.as_deref());
        let profile = self.profile.as_deref().map(read).transpose()?.map(Arc::new);
        profile.as_ref().map_or(Ok(()), |profile| refuse_other_model(profile, &self.benchmark))?;
        let of_profile = profile
            .as_ref()
            .and_then(|profile| crate::testbench::simulator::answers::list_of(profile, &self.benchmark));
        let named = self
            .list
            .as_deref()
            .or_else(|| of_profile.map(|list| list.name).filter(|name| spec.lists.iter().any(|one| one == name)));
        let (list, truth) = list_for(spec, named)?;
        let inputs = inputs_of(self.datasets.as_deref());
        if profile.is_none() && list.is_some() && self.datasets.is_none() {
            anyhow::bail!(
                "a real device is measured on the official inputs; name the folder that contains them with --datasets"
            );
        }
        let setup = self.setup(profile.as_deref(), truth.is_some());
        let job = Job {
            benchmark: &self.benchmark,
            spec,
            round: &round,
            mode,
            dialect,
            list,
            truth,
            inputs: &*inputs,
            started: profile.as_deref().map_or_else(now, |profile| started(profile, &self.benchmark, mode, dialect)),
            setup,
        };
        let mut ports = match &profile {
            Some(profile) => demo::simulated_ports(profile, &self.benchmark, mode, dialect)?,
            None => self.ports(mode, setup.device_baud)?,
        };
        let bar = progress("inputs");
        let measured = measure(&job, &mut ports, &mut |progress| match progress {
            Progress::Inputs(done, all) => advance(&bar, done, all),
            Progress::Silence { command, since, patience } => bar.suspend(|| {
                let (since, patience) = (since / SECOND, patience / SECOND);
                print_info(&format!(
                    "`{command}` has not been answered for {since} s; giving up after {patience} s (--patience)"
                ));
            }),
            Progress::Warning(text) => bar.suspend(|| print_info(&format!("warning: {text}"))),
        });
        bar.finish_and_clear();
        let measured = measured?;
        let files = session_files(&job, &measured);
        write_files(&files, &self.into)?;
        let claims = files.get("results.txt").map(|bytes| claims::parse(bytes)).unwrap_or_default();
        print_info(&format!("{}: {}", self.into.display(), summary(&claims)));
        if let Some(model) = &self.model {
            let weights = weights_of(&model.display().to_string(), &std::fs::read(model)?, &self.benchmark);
            print_info(&format!("{}: {weights}", model.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Returns the set-up from the profile, else from the options, else from the official device files.
    fn setup(&self, profile: Option<&Profile>, wakeword: bool) -> Setup {
        let mode = self.mode.mode();
        if let Some(profile) = profile {
            return Setup::simulated(profile, &self.benchmark, mode);
        }
        let (baud, millivolts) = match (mode, wakeword) {
            (_, true) => (115_200, 3300),
            (Mode::Energy, false) => (9600, 1800),
            (..) => (115_200, 1800),
        };
        Setup {
            device_baud: self.baud.unwrap_or(baud),
            millivolts: self.supply.unwrap_or(millivolts),
            patience: self.patience * SECOND,
        }
    }

    fn ports(&self, mode: Mode, device_baud: u32) -> anyhow::Result<Ports> {
        let since = std::time::Instant::now();
        let tape = self.record.as_deref().map(|path| {
            // An earlier recording is not overwritten.
            let file = std::fs::File::create_new(path);
            file.and_then(recording::tape).with_context(|| format!("{} cannot be written", path.display()))
        });
        let tape = tape.transpose()?;
        let open = |port: Port, place: &Option<Place>, baud: u32| -> anyhow::Result<Option<Box<dyn Device>>> {
            let Some(place) = place else { return Ok(None) };
            let mut link = Link::open(place, baud, since).with_context(|| format!("{place} cannot be opened"))?;
            discard_pending(&mut link)?;
            Ok(Some(match &tape {
                Some(tape) => Box::new(Recorded::new(Box::new(link), port, tape)),
                None => Box::new(link),
            }))
        };
        // Boards and monitors have fixed baud rates.
        let behind_board = mode == Mode::Energy && self.board.is_some();
        let dut = if behind_board { None } else { open(Port::Dut, &self.port, device_baud)? };
        let monitor = if mode == Mode::Energy { open(Port::Monitor, &self.monitor, 3_686_400)? } else { None };
        Ok(Ports { dut, board: open(Port::Board, &self.board, 115_200)?, monitor })
    }
}

/// Formats the figures of a session.
fn summary(claims: &Claims) -> String {
    let figures = [
        (&claims.throughput, "inf/s"),
        (&claims.top1, "% Top-1"),
        (&claims.auc, "AUC"),
        (&claims.energy, "µJ/inf"),
        (&claims.estimated_throughput, "inf/s"),
    ];
    let scores = figures.into_iter().filter_map(|(figure, unit)| Some(format!("{} {unit}", figure.as_ref()?.text)));
    let wakeword = claims.wakeword.map(|at| {
        let counts = at.value;
        format!("{} words missed, {} false alarms", counts.false_negatives, counts.false_positives)
    });
    let power = claims.wakeword.and(claims.energies.last()).and_then(|energy| energy.power.as_ref());
    let power = power.map(|power| format!("{} mW", power.text));
    let all: Vec<String> = scores.chain(wakeword).chain(power).collect();
    if all.is_empty() { "no figure".to_owned() } else { all.join(", ") }
}

/// Returns the start time of a session on a real device: now, in UTC.
fn now() -> jiff::civil::DateTime {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

/// Returns the start time of a simulated session. It differs per device, benchmark, mode and dialect, so that no two
/// sessions have the same name, and it is reproducible, so that the files have the same bytes every time.
fn started(profile: &Profile, benchmark: &str, mode: Mode, dialect: Runner) -> jiff::civil::DateTime {
    /// Sessions start within this many seconds: sixty days.
    const SPAN: u64 = 60 * 86_400;
    let text = format!("{} {} {benchmark} {mode} {dialect:?}", profile.system, profile.seed);
    let seconds = i64::try_from(seed_of(text.as_bytes()) % SPAN).unwrap_or_default();
    jiff::civil::date(2026, 1, 5).at(8, 0, 0, 0).saturating_add(jiff::SignedDuration::from_secs(seconds))
}
