//! A session as a runner wrote it: files, runner, benchmark and mode, and its check by itself.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

use super::leftovers::Room;
use super::output::write_new;
use crate::audit::report::Report;
use crate::parse::log::SessionLog;
use crate::parse::{eembc, mlcommons};
use crate::round::{FileRole, Mode, Round, Runner};
use crate::source::{Tree, is_system_file};

/// Session read from a folder.
pub(crate) struct Session {
    pub benchmark: String,
    pub mode: Mode,
    pub runner: Runner,
    pub files: BTreeMap<String, Vec<u8>>,
    /// Names of files that are not runner output files.
    pub left: Vec<String>,
}

/// What the user says of a session whose log does not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    pub benchmark: Option<&'a str>,
    pub mode: Option<Mode>,
}

impl Session {
    /// Reads a session folder and recognises runner, benchmark and mode.
    ///
    /// # Errors
    /// If the folder does not contain the complete files of one session.
    pub(crate) fn read(folder: &Path, round: &Round, given: Known<'_>) -> anyhow::Result<Self> {
        read(folder, round, given)
    }

    /// Checks the session by itself, in a temporary submission. Returns the report and the path of the run in it.
    ///
    /// # Errors
    /// If the temporary files cannot be written.
    pub(crate) fn check(&self, submitter: &str, system: &str, round: &Round) -> anyhow::Result<(Report, String)> {
        let folder = Room::new()?;
        let own = format!("{submitter}/results/{system}/{}", self.benchmark);
        let benchmark = folder.path().join(&own);
        for (name, bytes) in &self.files {
            write_new(&benchmark.join(self.mode.name()).join(name), bytes)?;
        }
        if let Some(marker) = &round.runners.get(self.runner).marker {
            write_new(&benchmark.join(marker), b"")?;
        }
        let report = Report::check(&Tree::open(folder.path())?, round.clone(), None)?;
        Ok((report, format!("{own}/{}", self.mode)))
    }

    /// Returns the folders at most seven levels below one that contain the log of a runner, sorted by path. Folders of a
    /// submission are not among them.
    pub(crate) fn folders(tree: &Tree) -> Vec<String> {
        const DEEPEST: usize = 8;
        const OF_SUBMISSIONS: [&str; 5] = ["closed", "open", "results", "systems", "code"];
        let is_near = |path: &str| {
            path.split('/').count() <= DEEPEST && !path.split('/').any(|part| OF_SUBMISSIONS.contains(&part))
        };
        let logs = tree
            .entries()
            .iter()
            .filter(|entry| entry.is_file() && is_near(&entry.path) && role(entry.name()) == Some(FileRole::Log));
        let is_log =
            |entry: &&crate::source::Entry| tree.read_with(entry, |bytes| parse(bytes).is_some()).unwrap_or(false);
        let mut folders: Vec<String> =
            logs.filter(is_log).map(|entry| crate::source::parent_of(&entry.path).to_owned()).collect();
        folders.dedup();
        folders
    }
}

/// Reads a session folder and recognises runner, benchmark and mode.
fn read(folder: &Path, round: &Round, given: Known<'_>) -> anyhow::Result<Session> {
    if folder.is_file() {
        bail!("it is a file; name the folder that contains it");
    }
    let tree = Tree::open(folder).context("it cannot be read")?;
    let (mut found, mut left): (BTreeMap<String, Vec<u8>>, Vec<String>) = (BTreeMap::new(), Vec::new());
    // Plots of energy trials may be in a subfolder.
    let is_picture = |name: &str| name.starts_with("energy_inf_");
    for entry in tree.entries().iter().filter(|entry| entry.is_file()) {
        let (name, below) = (entry.name(), entry.path.contains('/'));
        let wanted = if below { is_picture(name) } else { role(name).is_some() || is_picture(name) };
        if wanted && !found.contains_key(name) {
            found.insert(name.to_owned(), tree.read(entry)?);
        } else if !is_system_file(name) {
            left.push(entry.path.to_string());
        }
    }
    let log = found
        .iter()
        .filter(|(name, _)| role(name) == Some(FileRole::Log))
        .find_map(|(_, bytes)| parse(bytes))
        .with_context(|| no_log(&found, &tree))?;
    let benchmark = match given.benchmark {
        Some(name) => name.to_owned(),
        None => benchmark_of(&log, round)?.to_owned(),
    };
    // The log of the streaming test does not contain the mode. A power trace shows that it is an energy run.
    let contains = |wanted: FileRole, words: &[u8]| {
        found.iter().any(|(name, bytes)| role(name) == Some(wanted) && memchr::memmem::find(bytes, words).is_some())
    };
    let has_power = !log.captured.is_empty()
        || contains(FileRole::Json, b"\"power\"")
        || contains(FileRole::Results, b"Power Edition Output")
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
        (false, None) => {
            given.mode.context("its log does not contain the mode, so it is not complete; copy it again")?
        }
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
            bail!("both `{other}` and `{name}` may be its `{right}`; keep only one of them in the folder");
        }
        files.insert(right, bytes);
    }
    Ok(Session { benchmark, mode, runner: log.runner, files, left })
}

/// Returns the benchmark of the model that the device names.
fn benchmark_of<'a>(log: &SessionLog, round: &'a Round) -> anyhow::Result<&'a str> {
    let model = log
        .model
        .as_ref()
        .context("its log does not contain the device's model, so it is not complete; copy it again")?;
    round.benchmark_of_model(model).with_context(|| {
        format!(
            "its log shows the model `{}`, which is not a model of {}; name the round with --round",
            model.value, round.name
        )
    })
}

/// Describes what a folder without a log contains instead.
fn no_log(found: &BTreeMap<String, Vec<u8>>, tree: &Tree) -> String {
    let files: Vec<&str> = found.keys().map(String::as_str).collect();
    let inner = tree.entries().iter().find(|entry| role(entry.name()) == Some(FileRole::Log) && entry.is_file());
    match (inner, &files[..]) {
        (Some(inner), _) if inner.path.contains('/') => {
            format!("it does not contain the log itself, but `{}` in a subfolder; name that folder", inner.path)
        }
        (_, []) => "it does not contain session files".to_owned(),
        (Some(_), _) => {
            "its log was not written by a known runner; copy it again from the folder where the runner wrote it"
                .to_owned()
        }
        (None, files) => {
            format!(
                "it contains `{}`, but not the log of a runner, without which no figure can be recomputed",
                files.join("`, `")
            )
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

/// Returns the role of a session file, by its name.
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
