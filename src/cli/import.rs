//! `tinyaudit import`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::init::folder_name;
use super::settings::Settings;
use super::streams::{complain, open_tree, print, remark};
use super::{ChosenRound, read_waivers, round_of};
use crate::audit::checks::depth_of;
use crate::audit::report::Report;
use crate::audit::rule::Group;
use crate::audit::waiver::{self, Waiver};
use crate::parse::log::SessionLog;
use crate::parse::{eembc, mlcommons};
use crate::round::spelling::nearest;
use crate::round::{FileRole, Mode, Round, Runner, Severity};
use crate::source::{Tree, is_dropping};
use crate::submit::output::write_new;

const EXAMPLES: &str = "\
Examples:
  tinyaudit import sessions/* --system board_80mhz --into submission/closed/ExampleCo
  tinyaudit import again --system board_80mhz --into submission/closed/ExampleCo --replace";

/// Put session folders of either runner in their place in a submission.
///
/// Runner, mode and benchmark are taken from the logs. A session that breaks a rule of its own in that division is refused.
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
    /// The round [default: that of tinyaudit.toml, TINYAUDIT_ROUND, a guess]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Decisions of the review committee: a file, or a published round's name
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "?")]
    waivers: Option<PathBuf>,
    /// Take the place of a session that is there already, which is kept beside the submission
    #[arg(long)]
    replace: bool,
}

/// A session that was understood.
struct Session {
    benchmark: String,
    mode: Mode,
    runner: Runner,
    files: BTreeMap<String, Vec<u8>>,
    /// Names of files that are none of a session.
    left: Vec<String>,
}

/// Where sessions go.
struct Target {
    round: Round,
    /// Whether nobody named the round.
    is_guess: bool,
    /// Division and submitter, as far as the place tells.
    division: String,
    submitter: String,
    waivers: Vec<Waiver>,
    /// The folder around the division, or the submitter's own where there is none.
    root: PathBuf,
}

impl Import {
    /// Imports every session that fits; says why of the others.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        folder_name(&self.system).context("--system")?;
        self.check_place()?;
        let target = self.target()?;
        let (mut refused, mut unheard) = (0, None);
        let judged = |folder: &PathBuf| {
            let session = read(folder, &target.round)?;
            self.judge(&session, &target).map(|()| session)
        };
        let read: Vec<(&PathBuf, anyhow::Result<Session>)> =
            self.sessions.iter().map(|folder| (folder, judged(folder))).collect();
        // Two sessions of one run: which of them is meant nobody but the user knows.
        let mut runs: BTreeMap<(String, Mode), Vec<String>> = BTreeMap::new();
        for (folder, session) in &read {
            if let Ok(session) = session {
                let key = (session.benchmark.clone(), session.mode);
                runs.entry(key).or_default().push(folder.display().to_string());
            }
        }
        for (folder, session) in read {
            let done = session.and_then(|session| {
                let alike = &runs[&(session.benchmark.clone(), session.mode)];
                if alike.len() > 1 {
                    let (benchmark, mode) = (&session.benchmark, session.mode);
                    bail!("{} are all {benchmark} {mode}; name the one of {}", alike.join(", "), self.system);
                }
                let kept = self.place(&session, &target)?;
                Ok((session, kept))
            });
            match done {
                Ok((session, kept)) => {
                    let Session { benchmark, mode, left, .. } = &session;
                    // What was begun is finished, whether or not anybody reads of it.
                    let told =
                        print(|out| writeln!(out, "{}: {benchmark} {mode} of {}", folder.display(), self.system));
                    unheard = unheard.or(told.err());
                    if let Some(kept) = kept {
                        remark(&format!("what was there is kept in {}", kept.display()));
                    }
                    if !left.is_empty() {
                        remark(&format!("{}: skipped, not runner output files: {}", folder.display(), left.join(", ")));
                    }
                }
                Err(error) => {
                    refused += 1;
                    complain(&format!("tinyaudit: {} is refused: {error:#}", folder.display()));
                }
            }
        }
        if refused > 0 && target.is_guess {
            let name = &target.round.name;
            remark(&format!("the round {name} is a guess; if you submit to another one, name it with --round"));
        }
        if refused > 0 {
            remark(&format!(
                "{} of {} sessions are imported, {refused} refused",
                self.sessions.len() - refused,
                self.sessions.len()
            ));
            return Ok(ExitCode::FAILURE);
        }
        unheard.map_or(Ok(ExitCode::SUCCESS), Err)
    }

    /// What the place says of division, submitter and round.
    fn target(&self) -> anyhow::Result<Target> {
        let tree = open_tree(&self.into)?;
        let ChosenRound { round, said, is_guess } = round_of(&tree, &self.into, self.round.as_deref())?;
        if self.round.is_none() {
            remark(&said);
        }
        let whole = dunce::canonicalize(&self.into).with_context(|| self.into.display().to_string())?;
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let above = whole.parent().and_then(name).filter(|name| round.divisions.contains(name));
        let root = if above.is_some() { whole.ancestors().nth(2).unwrap_or(&whole) } else { &whole }.to_owned();
        let described = crate::model::submitters(&tree, &round, None);
        let claimed = described.ok().and_then(|found| Some(found.submitters.first()?.division.clone()));
        let first = round.divisions.first().cloned();
        let division = above.or(claimed.filter(|name| !name.is_empty())).or(first);
        let settings = Settings::beside(&self.into)?.waivers;
        let waivers = read_waivers(self.waivers.as_deref().or(settings.as_deref()))?;
        let waivers = waivers.map(|read| waiver::parse(&read.text, &read.name)).transpose()?.unwrap_or_default();
        Ok(Target {
            division: division.context("the round has no division")?,
            submitter: name(&whole).unwrap_or_else(|| "submitter".to_owned()),
            waivers,
            root,
            round,
            is_guess,
        })
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

    /// Puts the files in their place; returns where a session is kept that was there.
    fn place(&self, session: &Session, target: &Target) -> anyhow::Result<Option<PathBuf>> {
        let benchmark = self.into.join("results").join(&self.system).join(&session.benchmark);
        let run = benchmark.join(session.mode.name());
        // A link may lead out of the submission.
        let parts = run.ancestors().take_while(|folder| *folder != self.into);
        if let Some(link) = parts.filter(|folder| folder.is_symlink()).last() {
            bail!("{} is a link, which is not followed", link.display());
        }
        let there = std::fs::read_dir(&run).is_ok_and(|mut entries| entries.next().is_some());
        if there && !self.replace {
            bail!("{} holds a session already; --replace takes its place and keeps it", run.display());
        }
        // Written whole beside its place first, so that an interruption leaves the old session or the new one.
        std::fs::create_dir_all(&benchmark)?;
        let fresh = tempfile::Builder::new().prefix(".import-").tempdir_in(&benchmark)?;
        for (name, bytes) in &session.files {
            write_new(&fresh.path().join(name), bytes)?;
        }
        let kept = there.then(|| keep(&run, target, &self.system, session)).transpose()?;
        if !there && run.is_dir() {
            std::fs::remove_dir(&run)?;
        }
        std::fs::rename(fresh.keep(), &run)?;
        readable(&run)?;
        // No file is added for a round that is only guessed.
        let marker = target.round.runners.get(session.runner).marker.as_ref().filter(|_| !target.is_guess);
        if let Some(marker) = marker {
            let path = benchmark.join(marker);
            if path.symlink_metadata().is_err() {
                write_new(&path, b"")?;
            }
        }
        Ok(kept)
    }

    /// Holds a session's own rules against it, in a submission of nothing else.
    fn judge(&self, session: &Session, target: &Target) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let Target { round, division, submitter, waivers, .. } = target;
        let own = format!("{division}/{submitter}/results/{}/{}", self.system, session.benchmark);
        let benchmark = folder.path().join(&own);
        for (name, bytes) in &session.files {
            write_new(&benchmark.join(session.mode.name()).join(name), bytes)?;
        }
        if let Some(marker) = &round.runners.get(session.runner).marker {
            write_new(&benchmark.join(marker), b"")?;
        }
        let mut report = Report::of(&Tree::open(folder.path())?, round.clone(), None)?;
        report.waive(waivers, "waivers");
        let inside = format!("{own}/{}", session.mode);
        let mut errors: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| {
                finding.counts() && finding.severity == Severity::Error && finding.path.starts_with(&inside)
            })
            .collect();
        // The cause comes before what follows from it; what belongs together comes before what it says.
        errors.sort_by_key(|finding| (depth_of(finding.rule), finding.rule.group != Group::Evidence));
        let told: Vec<String> = errors
            .into_iter()
            .map(|finding| {
                let place = finding.path.rsplit('/').next().unwrap_or_default();
                let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
                format!("\n  error[{}] {place}{line}: {}\n    help: {}", finding.rule.id, finding.message, finding.help)
            })
            .collect();
        let warnings = report.findings.iter().filter(|finding| {
            let of_run = finding.path.starts_with(&inside);
            of_run && finding.counts() && finding.severity == Severity::Warning
        });
        for finding in warnings.filter(|_| told.is_empty()) {
            remark(&format!("warning[{}]: {}: {}", finding.rule.id, session.mode, finding.message));
        }
        if !told.is_empty() {
            bail!("it breaks rules of {} in the {division} division{}", round.name, told.concat());
        }
        Ok(())
    }
}

/// Moves a session out of the submission, into a folder beside it, and says where to.
fn keep(run: &Path, target: &Target, system: &str, session: &Session) -> anyhow::Result<PathBuf> {
    let name = target.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = target.root.with_file_name(format!("{name}.tinyaudit-replaced"));
    if folder.is_symlink() {
        bail!("{} is a link, which is not followed", folder.display());
    }
    let place = |number: u32| {
        let mode = session.mode;
        folder
            .join(&target.division)
            .join(&target.submitter)
            .join(system)
            .join(&session.benchmark)
            .join(format!("{mode}-{number}"))
    };
    let free =
        (1..=u32::MAX).map(place).find(|place| place.symlink_metadata().is_err()).context("there is no free name")?;
    if let Some(parent) = free.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::rename(run, &free).with_context(|| format!("{} cannot be moved to {}", run.display(), free.display()))?;
    Ok(free)
}

/// A temporary folder is its owner's alone; one that stays has the rights of any other.
#[cfg(unix)]
fn readable(folder: &Path) -> std::io::Result<()> {
    let parent = folder.parent().unwrap_or(folder);
    std::fs::set_permissions(folder, std::fs::metadata(parent)?.permissions())
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Reads a session folder and recognises what it is.
fn read(folder: &Path, round: &Round) -> anyhow::Result<Session> {
    if folder.is_file() {
        bail!("it is a file; name the folder that holds it");
    }
    let tree = Tree::open(folder).context("it cannot be read")?;
    let (mut found, mut left): (BTreeMap<String, Vec<u8>>, Vec<String>) = (BTreeMap::new(), Vec::new());
    // Pictures of energy trials may lie in a folder of their own.
    let is_picture = |name: &str| name.starts_with("energy_inf_");
    for entry in tree.entries().iter().filter(|entry| entry.is_file()) {
        let (name, below) = (entry.name(), entry.path.contains('/'));
        let wanted = if below { is_picture(name) } else { role(name).is_some() || is_picture(name) };
        if wanted && !found.contains_key(name) {
            found.insert(name.to_owned(), tree.read(entry)?);
        } else if !is_dropping(name) {
            left.push(entry.path.to_string());
        }
    }
    let log = found
        .iter()
        .filter(|(name, _)| role(name) == Some(FileRole::Log))
        .find_map(|(_, bytes)| parse(bytes))
        .with_context(|| no_log(&found, &tree))?;
    let model =
        log.model.as_ref().context("its log does not name the device's model; it is not whole: copy it again")?;
    let benchmark = round
        .benchmark_of_model(model)
        .with_context(|| {
            format!(
                "its log shows the model `{}`, which is none of {}; name the round with --round",
                model.value, round.name
            )
        })?
        .to_owned();
    // The streaming test prints no mode; a trace of power tells.
    let says = |wanted: FileRole, words: &[u8]| {
        found.iter().any(|(name, bytes)| role(name) == Some(wanted) && memchr::memmem::find(bytes, words).is_some())
    };
    let has_power = !log.captured.is_empty()
        || says(FileRole::Json, b"\"power\"")
        || says(FileRole::Results, b"Power Edition Output")
        || found.keys().any(|name| is_picture(name));
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
        (false, None) => bail!("its log does not show what was measured; it is not whole: copy it again"),
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (name, bytes) in found {
        let right = match role(&name) {
            Some(role) => round.files.of(role, mode).into_iter().next(),
            None => is_picture(&name).then(|| name.clone()),
        };
        let Some(right) = right else { continue };
        if let Some(other) = first.insert(right.clone(), name.clone()) {
            bail!("both `{other}` and `{name}` may be its `{right}`; leave one of them in the folder");
        }
        files.insert(right, bytes);
    }
    Ok(Session { benchmark, mode, runner: log.runner, files, left })
}

/// What a folder without a log holds instead.
fn no_log(found: &BTreeMap<String, Vec<u8>>, tree: &Tree) -> String {
    let files: Vec<&str> = found.keys().map(String::as_str).collect();
    let inner = tree.entries().iter().find(|entry| role(entry.name()) == Some(FileRole::Log) && entry.is_file());
    match (inner, &files[..]) {
        (Some(inner), _) if inner.path.contains('/') => {
            format!("it holds no log of either runner, but `{}` below it; name that folder", inner.path)
        }
        (_, []) => "it holds no files of a session".to_owned(),
        (Some(_), _) => "its log is of no runner that is known; copy it again from where the runner left it".to_owned(),
        (None, files) => {
            format!("`{}` is here, but no log of either runner, without which nothing is proven", files.join("`, `"))
        }
    }
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
