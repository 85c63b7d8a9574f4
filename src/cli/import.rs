//! `tinyaudit import`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::streams::print;
use crate::judge::report::Report;
use crate::keep::output::write_new;
use crate::read::log::{SessionLog, eembc, mlcommons};
use crate::read::tree::Tree;
use crate::round::spelling::nearest;
use crate::round::{FileRole, Mode, Round, Runner, Severity};

const EXAMPLES: &str = "\
Examples:
  tinyaudit import sessions/* --system board_80mhz --into submission/closed/ExampleCo";

/// Put session folders of either runner in their place in a submission.
///
/// Runner, mode and benchmark are taken from the logs. A session that breaks a rule of its own is refused.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// Session folders, each with the files of one run
    #[arg(required = true)]
    sessions: Vec<PathBuf>,
    /// The system that was measured
    #[arg(long)]
    system: String,
    /// The submitter's folder, which holds `systems` and `results`
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// The round [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
}

/// A session that was understood.
struct Session {
    benchmark: String,
    mode: Mode,
    runner: Runner,
    files: BTreeMap<String, Vec<u8>>,
}

impl Import {
    /// Imports every session that fits; says why of the others.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        self.check_place()?;
        let mut refused = 0;
        for folder in &self.sessions {
            let done = read(folder, &round).and_then(|session| {
                judge(&session, &round, &self.system)?;
                self.place(&session, &round)?;
                Ok(session)
            });
            match done {
                Ok(session) => print(|out| {
                    writeln!(out, "{}: {} {} of {}", folder.display(), session.benchmark, session.mode, self.system)
                })?,
                Err(error) => {
                    refused += 1;
                    eprintln!("tinyaudit: {} is refused: {error:#}", folder.display());
                }
            }
        }
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Refuses a folder that is no submitter's, and a system that is described under another name.
    fn check_place(&self) -> anyhow::Result<()> {
        let shown = self.into.display();
        if !self.into.is_dir() {
            bail!("{shown} is no folder; `tinyaudit init` begins one");
        }
        let systems = self.into.join("systems");
        if !systems.is_dir() && !self.into.join("results").is_dir() {
            bail!("{shown} holds neither `systems` nor `results`; name the submitter's folder, DIVISION/SUBMITTER");
        }
        let described: Vec<String> = std::fs::read_dir(&systems)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".json").map(str::to_owned))
            .collect();
        if !described.is_empty() && !described.contains(&self.system) {
            let near = nearest(&self.system, described.iter().map(String::as_str), self.system.len());
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            bail!("there is no systems/{}.json{hint}", self.system);
        }
        Ok(())
    }

    fn place(&self, session: &Session, round: &Round) -> anyhow::Result<()> {
        let benchmark = self.into.join("results").join(&self.system).join(&session.benchmark);
        let run = benchmark.join(session.mode.name());
        if let Some(name) = session.files.keys().find(|name| run.join(name).symlink_metadata().is_ok()) {
            bail!("{} is there already", run.join(name).display());
        }
        for (name, bytes) in &session.files {
            write_new(&run.join(name), bytes)?;
        }
        if let Some(marker) = &round.runners.get(session.runner).marker {
            let path = benchmark.join(marker);
            if path.symlink_metadata().is_err() {
                write_new(&path, b"")?;
            }
        }
        Ok(())
    }
}

/// Reads a session folder and recognises what it is.
fn read(folder: &Path, round: &Round) -> anyhow::Result<Session> {
    let tree = Tree::open(folder).context("it cannot be read")?;
    let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in tree.entries().iter().filter(|entry| entry.is_file() && !entry.path.contains('/')) {
        found.insert(entry.name().to_owned(), tree.read(entry)?);
    }
    let log = found
        .iter()
        .filter(|(name, _)| role(name) == Some(FileRole::Log))
        .find_map(|(_, bytes)| parse(bytes))
        .context("it holds no log of either runner")?;
    let model = log.model.as_ref().context("its log does not name the device's model")?;
    let benchmark = round
        .benchmark_of_model(model)
        .with_context(|| format!("its log shows the model `{}`, which is none of {}", model.value, round.name))?
        .to_owned();
    // The streaming test prints no mode; a trace of power tells.
    let has_power = found
        .iter()
        .any(|(name, bytes)| role(name) == Some(FileRole::Json) && memchr::memmem::find(bytes, b"\"power\"").is_some());
    let streaming = log.detections.is_some();
    let mode = match (streaming, log.mode.as_ref()) {
        (true, _) => {
            if has_power {
                Mode::Energy
            } else {
                Mode::Performance
            }
        }
        (false, Some(mode)) => mode.value,
        (false, None) => bail!("its log does not show what was measured"),
    };
    let files = found
        .into_iter()
        .filter_map(|(name, bytes)| {
            let right = match role(&name) {
                Some(role) => round.files.of(role, mode).into_iter().next()?,
                None if name.starts_with("energy_inf_") => name,
                None => return None,
            };
            Some((right, bytes))
        })
        .collect();
    Ok(Session { benchmark, mode, runner: log.runner, files })
}

fn parse(bytes: &[u8]) -> Option<SessionLog> {
    if eembc::recognises(bytes) {
        Some(eembc::parse(bytes))
    } else {
        mlcommons::recognises(bytes).then(|| mlcommons::parse(bytes))
    }
}

/// What a file of a session is, by its name.
fn role(name: &str) -> Option<FileRole> {
    let lower = name.to_lowercase();
    let (stem, ending) = lower.rsplit_once('.')?;
    match ending {
        "async" => Some(FileRole::Script),
        "txt" if stem.contains("result") => Some(FileRole::Results),
        "txt" if stem.contains("log") => Some(FileRole::Log),
        "json" if stem.contains("timestamps") => Some(FileRole::Stamps),
        "json" if stem.contains("result") => Some(FileRole::Json),
        "bin" if stem.contains("energy") => Some(FileRole::Trace),
        _ => None,
    }
}

/// Holds a session's own rules against it, in a submission of nothing else.
fn judge(session: &Session, round: &Round, system: &str) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let division = round.divisions.first().context("the round has no division")?;
    let benchmark = folder.path().join(division).join("submitter/results").join(system).join(&session.benchmark);
    let run = benchmark.join(session.mode.name());
    for (name, bytes) in &session.files {
        write_new(&run.join(name), bytes)?;
    }
    if let Some(marker) = &round.runners.get(session.runner).marker {
        write_new(&benchmark.join(marker), b"")?;
    }
    let report = Report::of(&Tree::open(folder.path())?, round.clone(), None)?;
    let inside = format!("{division}/submitter/results/{system}/{}/{}", session.benchmark, session.mode);
    let errors: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.path.starts_with(&inside))
        .map(|finding| format!("{}: {}", finding.rule.id, finding.message))
        .collect();
    if !errors.is_empty() {
        bail!("{}", errors.join("; "));
    }
    Ok(())
}
