//! Writes a complete submission of simulated systems. Every session is run on a virtual clock.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::form::{self, Known};
use super::output::{write_files, write_new};
use crate::audit::report::Report;
use crate::model::LoadError;
use crate::round::{Mode, Round, Runner, Task};
use crate::source::Tree;
use crate::testbench::runner::inputs::Inputs;
use crate::testbench::runner::measure::Ports;
use crate::testbench::runner::{Job, RunError, SessionFiles, Setup, list_for, measure, session_files};
use crate::testbench::simulator::board::BoardKind;
use crate::testbench::simulator::profile::Quality;
use crate::testbench::simulator::random::seed_of;
use crate::testbench::simulator::{Bench, Port, Profile, ProfileError, VirtualDevice, Wiring};

/// Why the demo submission could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A session failed.
    #[error("{system} {benchmark} {mode}: {source}")]
    Run {
        /// The system.
        system: String,
        /// The benchmark.
        benchmark: String,
        /// The mode of the run.
        mode: Mode,
        /// The cause.
        source: Box<RunError>,
    },
    /// The profile does not match the benchmark.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] std::io::Error),
    /// The written submission cannot be read back.
    #[error(transparent)]
    Read(#[from] LoadError),
}

/// The contents of a demo submission.
pub struct Demo<'a> {
    /// The round.
    pub round: &'a Round,
    /// The division.
    pub division: &'a str,
    /// The submitter.
    pub submitter: &'a str,
    /// The systems, each with the runner that measures it.
    pub systems: Vec<(Arc<Profile>, Runner)>,
    /// The benchmarks to run; if empty, all benchmarks of the round.
    pub benchmarks: Vec<String>,
    /// The inputs that the runner sends.
    pub inputs: &'a dyn Inputs,
}

/// Returns the ports of a simulated test bench that a run needs.
///
/// # Errors
/// When the profile does not run the benchmark.
pub fn simulated_ports(
    profile: &Arc<Profile>,
    benchmark: &str,
    mode: Mode,
    dialect: Runner,
) -> Result<Ports, ProfileError> {
    let energy = mode == Mode::Energy;
    let board = match (energy, benchmark, dialect) {
        (true, _, Runner::Eembc) => Some(BoardKind::IoManager),
        (true, ..) | (_, "sww", _) => Some(BoardKind::Interface),
        _ => None,
    };
    let bench = Rc::new(RefCell::new(Bench::from_profile(profile, benchmark, Wiring { energy, board })?));
    let open = |port| -> Option<Box<dyn crate::testbench::device::Device>> {
        Some(Box::new(VirtualDevice::open(&bench, port)))
    };
    Ok(Ports {
        dut: if energy { None } else { open(Port::Dut) },
        board: board.and_then(|_| open(Port::Board)),
        monitor: if energy { open(Port::Monitor) } else { None },
    })
}

/// A session to run.
struct Session<'a> {
    profile: &'a Arc<Profile>,
    dialect: Runner,
    benchmark: &'a str,
    mode: Mode,
}

impl Demo<'_> {
    /// Returns every run of every benchmark of every system, in order.
    fn sessions(&self) -> Vec<Session<'_>> {
        let mut sessions = Vec::new();
        for (profile, dialect) in &self.systems {
            let permitted = &self.round.runners.get(*dialect).benchmarks;
            let wanted = |name: &String| {
                (self.benchmarks.is_empty() || self.benchmarks.contains(name))
                    && permitted.contains(name)
                    && profile.benchmarks.contains_key(name)
            };
            for (benchmark, spec) in self.round.benchmarks.iter().filter(|(name, _)| wanted(name)) {
                let modes: &[Mode] = match (spec.task, profile.power) {
                    (Task::Wakeword, Some(_)) => &[Mode::Energy],
                    (Task::Wakeword, None) => &[Mode::Performance],
                    (_, Some(_)) => &[Mode::Accuracy, Mode::Energy, Mode::Performance],
                    (_, None) => &[Mode::Accuracy, Mode::Performance],
                };
                sessions.extend(modes.iter().map(|mode| Session {
                    profile,
                    dialect: *dialect,
                    benchmark,
                    mode: *mode,
                }));
            }
        }
        sessions
    }
}

/// Runs every benchmark of every system and writes the submission into a folder. `progress` receives the number of
/// finished sessions and the number of all sessions.
///
/// # Errors
/// When a session fails or a file cannot be written. Existing files are not overwritten.
pub fn write(demo: &Demo<'_>, folder: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<(), DemoError> {
    let submitter = folder.join(demo.division).join(demo.submitter);
    let sessions = demo.sessions();
    let mut measured: Vec<(String, String)> = Vec::new();
    for (done, Session { profile, dialect, benchmark, mode }) in sessions.iter().enumerate() {
        progress(done, sessions.len());
        let place = submitter.join("results").join(&profile.system).join(benchmark);
        let files = simulate_session(profile, demo.round, (benchmark, *mode, *dialect), demo.inputs, done)?;
        write_files(&files, &place.join(mode.name()))?;
        let result = (profile.system.clone(), (*benchmark).to_owned());
        if measured.contains(&result) {
            continue;
        }
        if let Some(marker) = &demo.round.runners.get(*dialect).marker {
            write_new(&place.join(marker), b"")?;
        }
        measured.push(result);
    }
    for (profile, _) in &demo.systems {
        let path = submitter.join("systems").join(format!("{}.json", profile.system));
        write_new(&path, description(profile, demo).as_bytes())?;
    }
    documents(demo, folder, &submitter, &measured)
}

/// Returns the start of a simulated system's first session. The day depends on system name and seed only.
fn first_session(profile: &Profile) -> jiff::civil::DateTime {
    const DAYS: u64 = 60;
    let days = seed_of(format!("{} {}", profile.system, profile.seed).as_bytes()) % DAYS;
    let days = jiff::SignedDuration::from_hours(24 * i64::try_from(days).unwrap_or_default());
    jiff::civil::date(2026, 1, 5).at(8, 0, 0, 0).saturating_add(days)
}

/// Runs one session of a simulated system, a mode of a benchmark with a runner, on some inputs. It starts 97 minutes times
/// `number` after the first one.
///
/// # Errors
/// When the session fails.
pub fn simulate_session(
    profile: &Arc<Profile>,
    round: &Round,
    (benchmark, mode, dialect): (&str, Mode, Runner),
    inputs: &dyn Inputs,
    number: usize,
) -> Result<SessionFiles, DemoError> {
    let failed = |source: RunError| DemoError::Run {
        system: profile.system.clone(),
        benchmark: benchmark.to_owned(),
        mode,
        source: Box::new(source),
    };
    let spec = round
        .benchmarks
        .get(benchmark)
        .ok_or_else(|| failed(RunError::Job(format!("{benchmark} is not a {} benchmark", round.name))))?;
    let named = match profile.quality.get(benchmark) {
        Some(Quality::Anomaly { list, .. }) => Some(list.as_str()),
        _ => None,
    };
    let (list, truth) = list_for(spec, named).map_err(failed)?;
    let started = first_session(profile)
        .saturating_add(jiff::SignedDuration::from_mins(97 * i64::try_from(number).unwrap_or_default()));
    let setup = Setup::simulated(profile, benchmark, mode);
    let job = Job { benchmark, spec, round, mode, dialect, list, truth, inputs, started, setup };
    let mut ports = simulated_ports(profile, benchmark, mode, dialect)?;
    let recording = measure(&job, &mut ports, &mut |_| {}).map_err(failed)?;
    Ok(session_files(&job, &recording))
}

/// Returns the system description, with the fields in the official order.
fn description(profile: &Profile, demo: &Demo<'_>) -> String {
    let fields: serde_json::Map<String, serde_json::Value> = demo
        .round
        .system_description
        .fields
        .iter()
        .map(|field| {
            let value = match field.as_str() {
                "Submitter" => demo.submitter,
                "Division" => demo.division,
                "Status" => "available",
                other => profile.description.get(other.trim()).map_or("", String::as_str),
            };
            (field.clone(), value.into())
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(fields))
}

/// Returns a script that repeats the performance runs of a benchmark.
fn run_script(demo: &Demo<'_>, benchmark: &str, measured: &[(String, String)]) -> String {
    let mut text = "#!/bin/sh\n".to_owned();
    for (profile, _) in &demo.systems {
        if measured.contains(&(profile.system.clone(), benchmark.to_owned())) {
            let _ = writeln!(
                text,
                "tinyaudit run --profile {} --benchmark {benchmark} --mode performance --into {}",
                profile.name, profile.system
            );
        }
    }
    text
}

fn documents(demo: &Demo<'_>, folder: &Path, submitter: &Path, measured: &[(String, String)]) -> Result<(), DemoError> {
    let energy = demo.systems.iter().any(|(profile, _)| profile.power.is_some());
    let systems: Vec<&str> = demo.systems.iter().map(|(profile, _)| profile.system.as_str()).collect();
    let report = Report::check(&Tree::open(folder)?, demo.round.clone(), Some(demo.submitter))?;
    let known = Known {
        engineer: ("The simulator", "nobody@example.org"),
        systems,
        division: demo.division,
        category: "available",
        benchmarks: measured.iter().map(|(_, benchmark)| benchmark.as_str()).collect(),
        results: form::measured(&report, demo.division, demo.submitter),
        certified: true,
    };
    let form = form::checklist(&known, demo.round);
    let name = format!("TinyMLPerf_{}_Submission_Checklist", demo.round.name);
    write_new(&submitter.join("systems").join(format!("{name}.pdf")), &form::print(&form)?)?;
    let word = crate::parse::document::checklist::write(&form)?;
    write_new(&submitter.join("systems").join(format!("{name}.docx")), &word)?;
    if energy {
        let text = "The simulated LPM01A energy monitor feeds the device through its only supply; its D7 input is wired to the\n\
            device's time-stamp pin. Nothing else is connected.\n";
        write_new(&submitter.join("systems/Energy-Hookup.md"), text.as_bytes())?;
    }
    let readme = format!(
        "# {}\n\nA simulated submission for MLPerf Tiny {}. Every session was run by the reference runner against simulated\n\
         firmware; repeat it with `tinyaudit demo`.\n",
        demo.submitter, demo.round.name
    );
    write_new(&submitter.join("README.md"), readme.as_bytes())?;
    let mut benchmarks: Vec<&str> = measured.iter().map(|(_, benchmark)| benchmark.as_str()).collect();
    benchmarks.sort_unstable();
    benchmarks.dedup();
    for benchmark in benchmarks {
        let text = format!("# {benchmark}\n\nThe firmware of this benchmark is part of the simulator.\n");
        let code = submitter.join("code").join(benchmark);
        write_new(&code.join("README.md"), text.as_bytes())?;
        write_new(&code.join("run.sh"), run_script(demo, benchmark, measured).as_bytes())?;
    }
    Ok(())
}
