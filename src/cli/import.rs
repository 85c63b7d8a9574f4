//! `tinyaudit import`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::init::folder_name;
use super::settings::Settings;
use super::streams::{open_tree, print, print_error, print_info};
use super::{ChosenRound, read_waivers, round_of};
use crate::audit::checks::depth_of;
use crate::audit::rule::Group;
use crate::audit::waiver::{self, Waiver};
use crate::round::{Mode, Round, Severity};
use crate::schema::spelling::nearest;
use crate::submit::folders::{exchange, readable, set_aside};
use crate::submit::leftovers::{self, Room};
use crate::submit::output::write_new;
use crate::submit::session::{Known, Session};

const EXAMPLES: &str = "\
Examples:
  tinyaudit import sessions --system board_80mhz --into submission/closed/ExampleCo
  tinyaudit import sessions.zip --system board_80mhz --dry-run
  tinyaudit import again --system board_80mhz --into submission/closed/ExampleCo --replace";

/// Arguments of `tinyaudit import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// Session folders, folders that contain some at any depth, or archives of these (zip, tar, tar.gz)
    #[arg(required = true)]
    sessions: Vec<PathBuf>,
    /// System that was measured, by the name of its folder
    #[arg(long)]
    system: String,
    /// Submitter's folder, which contains `systems` and `results`
    ///
    /// Default: the current folder if it is one, else the only one in its `closed` and `open` that describes the system.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Say what would be imported, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Round whose rules apply, for example v1.3
    ///
    /// Default: the round in tinyaudit.toml, else in the environment variable TINYAUDIT_ROUND, else a guess.
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Waivers: a file, `-` for stdin, or the name of a published round
    ///
    /// Decisions of the review committee (schemas/waivers.schema.json). Without a value, lists the built-in waivers by
    /// round. Default: the waivers named in tinyaudit.toml.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "?")]
    waivers: Option<PathBuf>,
    /// Replace an existing session; the old one is moved to a folder beside the submission
    #[arg(long)]
    replace: bool,
}

/// Submission that sessions are copied into.
struct Target {
    round: Round,
    /// Whether the round is a guess.
    is_guess: bool,
    /// Division, from the path or the descriptions, else the round's first.
    division: String,
    /// Name of the submitter's folder.
    submitter: String,
    waivers: Vec<Waiver>,
    /// Folder that contains the division, or the submitter's folder if there is no division.
    root: PathBuf,
    /// The submitter's folder.
    into: PathBuf,
}

/// Returns the session folders of what the user names, each with its name in messages. Sessions in an archive are unpacked into
/// `room`.
fn sessions_of(named: &Path, room: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let shown = |folder: &Path| folder.display().to_string();
    if named.is_dir() {
        let found = super::session::folders(&open_tree(named)?, named);
        let found = if found.is_empty() { vec![named.to_owned()] } else { found };
        return Ok(found.into_iter().map(|folder| (shown(&folder), folder)).collect());
    }
    let name = named.to_string_lossy().to_ascii_lowercase();
    if ![".zip", ".tar", ".tar.gz", ".tgz"].iter().any(|ending| name.ends_with(ending)) {
        // The error is that of a session which cannot be read.
        return Ok(vec![(shown(named), named.to_owned())]);
    }
    let tree = open_tree(named)?;
    let folders = Session::folders(&tree);
    if folders.is_empty() {
        bail!("{} contains no session: no folder in it has the log of a runner", shown(named));
    }
    let mut found = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let unpacked = tempfile::Builder::new().prefix(&format!("{number}-")).tempdir_in(room)?.keep();
        let is_other =
            |path: &str| folders.iter().any(|one| one.len() > folder.len() && crate::source::is_inside(path, one));
        for entry in tree.below(folder).iter().filter(|entry| entry.is_file() && !is_other(&entry.path)) {
            let below = entry.path[folder.len()..].trim_start_matches('/');
            write_new(&unpacked.join(below), &tree.read(entry)?)?;
        }
        let inside = if folder.is_empty() { String::new() } else { format!("/{folder}") };
        found.push((format!("{}{inside}", shown(named)), unpacked));
    }
    Ok(found)
}

impl Import {
    /// Imports the sessions that break no rule, and reports why the others are not imported.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        folder_name(&self.system).context("--system")?;
        let into = match &self.into {
            Some(into) => into.clone(),
            None => self.inferred()?,
        };
        self.check_place(&into)?;
        let target = self.target(into)?;
        let (mut refused, mut stdout_error) = (0, None);
        let room = Room::new()?;
        let mut sessions = Vec::new();
        for named in &self.sessions {
            sessions.extend(sessions_of(named, room.path())?);
        }
        let judged = |folder: &PathBuf| {
            let session = Session::read(folder, &target.round, Known::default())?;
            self.judge(&session, &target).map(|()| session)
        };
        let read: Vec<(&String, anyhow::Result<Session>)> =
            sessions.iter().map(|(shown, folder)| (shown, judged(folder))).collect();
        // Of two sessions of one run, only the user knows which one is meant.
        let mut runs: BTreeMap<(String, Mode), Vec<String>> = BTreeMap::new();
        for (folder, session) in &read {
            if let Ok(session) = session {
                let key = (session.benchmark.clone(), session.mode);
                runs.entry(key).or_default().push((*folder).clone());
            }
        }
        for (folder, session) in read {
            let done = session.and_then(|session| {
                let alike = &runs[&(session.benchmark.clone(), session.mode)];
                if alike.len() > 1 {
                    let (benchmark, mode) = (&session.benchmark, session.mode);
                    bail!(
                        "{} are all {benchmark} {mode} sessions; import only the one of {}",
                        alike.join(", "),
                        self.system
                    );
                }
                let (run, there) = self.free_place(&session, &target)?;
                if there && self.dry_run {
                    print_info(&format!("{folder}: would replace the session that is there"));
                }
                let kept = if self.dry_run { None } else { self.place(&session, &target, (&run, there))? };
                Ok((session, kept))
            });
            match done {
                Ok((session, kept)) => {
                    let Session { benchmark, mode, left, .. } = &session;
                    // If stdout is closed, the remaining sessions are still imported.
                    let would = if self.dry_run { "would be " } else { "" };
                    let printed = print(|out| writeln!(out, "{folder}: {would}{benchmark} {mode} of {}", self.system));
                    stdout_error = stdout_error.or(printed.err());
                    if let Some(kept) = kept {
                        print_info(&format!("the replaced session is kept in {}", kept.display()));
                    }
                    if !left.is_empty() {
                        print_info(&format!("{folder}: skipped, not runner output files: {}", left.join(", ")));
                    }
                }
                Err(error) => {
                    refused += 1;
                    print_error(&format!("tinyaudit: {folder} was not imported: {error:#}"));
                }
            }
        }
        if refused > 0 && target.is_guess {
            let name = &target.round.name;
            print_info(&format!("round {name} is only a guess; if you submit to another round, name it with --round"));
        }
        if refused > 0 {
            print_info(&format!(
                "imported {} of {} sessions; {refused} not imported",
                sessions.len() - refused,
                sessions.len()
            ));
            return Ok(ExitCode::FAILURE);
        }
        stdout_error.map_or(Ok(ExitCode::SUCCESS), Err)
    }

    /// Determines round, division, submitter and waivers.
    fn target(&self, into: PathBuf) -> anyhow::Result<Target> {
        let tree = open_tree(&into)?;
        let ChosenRound { round, said, is_guess } = round_of(&tree, &into, self.round.as_deref())?;
        if self.round.is_none() {
            print_info(&said);
        }
        let whole = dunce::canonicalize(&into).with_context(|| into.display().to_string())?;
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let above = whole.parent().and_then(name).filter(|name| round.divisions.contains(name));
        let root = if above.is_some() { whole.ancestors().nth(2).unwrap_or(&whole) } else { &whole }.to_owned();
        let described = crate::model::submitters(&tree, &round, None);
        let claimed = described.ok().and_then(|found| Some(found.submitters.first()?.division.clone()));
        let first = round.divisions.first().cloned();
        let division = above.or(claimed.filter(|name| !name.is_empty())).or(first);
        let settings = Settings::find(&into)?.waivers;
        let waivers = read_waivers(self.waivers.as_deref().or(settings.as_deref()))?;
        let waivers = waivers.map(|read| waiver::parse(&read.text, &read.name)).transpose()?.unwrap_or_default();
        Ok(Target {
            division: division.context("the round does not have divisions")?,
            submitter: name(&whole).unwrap_or_else(|| "submitter".to_owned()),
            waivers,
            root,
            round,
            is_guess,
            into,
        })
    }

    /// Returns the submitter's folder that describes the system: the current one, or the only one below it.
    fn inferred(&self) -> anyhow::Result<PathBuf> {
        let describes = |folder: &Path| folder.join("systems").join(format!("{}.json", self.system)).is_file();
        let here = Path::new(".");
        if describes(here) || here.join("systems").is_dir() {
            return Ok(here.to_owned());
        }
        let below = |folder: &Path| -> Vec<PathBuf> {
            let mut folders: Vec<PathBuf> = (std::fs::read_dir(folder).into_iter().flatten())
                .filter_map(|entry| {
                    entry.ok().map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink())
                })
                .collect();
            folders.sort();
            folders
        };
        let found: Vec<PathBuf> = ["closed", "open"]
            .iter()
            .flat_map(|division| below(&here.join(division)))
            .filter(|folder| describes(folder))
            .collect();
        match &found[..] {
            [only] => {
                print_info(&format!("into {}", only.display()));
                Ok(only.clone())
            }
            [] => bail!(
                "no submitter in the current folder describes {}; name the submitter's folder with --into",
                self.system
            ),
            several => {
                let names: Vec<String> = several.iter().map(|folder| folder.display().to_string()).collect();
                bail!("{} describe {}; name one with --into", names.join(" and "), self.system)
            }
        }
    }

    /// Returns an error if the folder is not a submitter's, or if the system has no description.
    fn check_place(&self, into: &Path) -> anyhow::Result<()> {
        let shown = into.display();
        if !into.is_dir() {
            bail!("{shown} is not a folder; create one with `tinyaudit init`");
        }
        let systems = into.join("systems");
        if !systems.is_dir() && !into.join("results").is_dir() {
            bail!("{shown} contains neither `systems` nor `results`; name the submitter's folder, DIVISION/SUBMITTER");
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

    /// Returns the folder of a session in the submission, and whether it contains one that may be replaced.
    fn free_place(&self, session: &Session, target: &Target) -> anyhow::Result<(PathBuf, bool)> {
        let run = target.into.join("results").join(&self.system).join(&session.benchmark).join(session.mode.name());
        // A symbolic link may lead out of the submission.
        let parts = run.ancestors().take_while(|folder| *folder != target.into);
        if let Some(link) = parts.filter(|folder| folder.is_symlink()).last() {
            bail!("{} is a symbolic link, which is not followed", link.display());
        }
        // What cannot be read is not replaced: it may be anything.
        let there = match run.symlink_metadata() {
            Ok(_) => {
                let read = std::fs::read_dir(&run).and_then(|mut entries| entries.next().transpose());
                read.with_context(|| format!("{} is there, and is not a folder that can be read", run.display()))?
                    .is_some()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(error).with_context(|| run.display().to_string()),
        };
        if there && !self.replace {
            bail!("{} already contains a session; use --replace to replace it and keep the old one", run.display());
        }
        Ok((run, there))
    }

    /// Copies the files into their folder, which [`Self::free_place`] returned; returns the folder where a replaced session is
    /// kept.
    fn place(
        &self,
        session: &Session,
        target: &Target,
        (run, there): (&Path, bool),
    ) -> anyhow::Result<Option<PathBuf>> {
        let benchmark = target.into.join("results").join(&self.system).join(&session.benchmark);
        // Written to a temporary folder first, so that an interruption leaves either the old or the new session.
        std::fs::create_dir_all(&benchmark)?;
        leftovers::sweep(&benchmark);
        let (fresh, unfinished) = Room::below(&benchmark)?;
        for (name, bytes) in &session.files {
            write_new(&fresh.path().join(name), bytes)?;
        }
        let kept = there.then(|| keep(run, target, &self.system, session)).transpose()?;
        readable(fresh.path())?;
        // What was there is complete in the folder for old sessions.
        exchange(fresh.path(), run).with_context(|| match &kept {
            Some(kept) => {
                format!("{} cannot be written; the session that was there is in {}", run.display(), kept.display())
            }
            None => format!("{} cannot be written", run.display()),
        })?;
        drop((fresh, unfinished));
        // If the round is a guess, no marker is added.
        let marker = target.round.runners.get(session.runner).marker.as_ref().filter(|_| !target.is_guess);
        if let Some(marker) = marker {
            let path = benchmark.join(marker);
            if path.symlink_metadata().is_err() {
                write_new(&path, b"")?;
            }
        }
        Ok(kept)
    }

    /// Checks a session by itself, in a temporary submission, and returns an error if it breaks rules of the round.
    fn judge(&self, session: &Session, target: &Target) -> anyhow::Result<()> {
        let Target { round, division, submitter, waivers, .. } = target;
        let (mut report, inside) = session.check(&format!("{division}/{submitter}"), &self.system, round)?;
        report.waive(waivers, "waivers");
        let mut errors: Vec<_> = report
            .findings()
            .filter(|finding| {
                finding.counts() && finding.severity == Severity::Error && finding.path.starts_with(&inside)
            })
            .collect();
        // Causes come before what follows from them, and rules about evidence before other rules.
        errors.sort_by_key(|finding| (depth_of(finding.rule), finding.rule.group != Group::Evidence));
        let lines: Vec<String> = errors
            .into_iter()
            .map(|finding| {
                let place = finding.path.rsplit('/').next().unwrap_or_default();
                let line = if finding.line > 0 { format!(":{}", finding.line) } else { String::new() };
                format!("\n  error[{}] {place}{line}: {}\n    help: {}", finding.rule.id, finding.message, finding.help)
            })
            .collect();
        let warnings = report.findings().filter(|finding| {
            let of_run = finding.path.starts_with(&inside);
            of_run && finding.counts() && finding.severity == Severity::Warning
        });
        for finding in warnings.filter(|_| lines.is_empty()) {
            print_info(&format!("warning[{}]: {}: {}", finding.rule.id, session.mode, finding.message));
        }
        if !lines.is_empty() {
            bail!("it breaks rules of {} in the {division} division{}", round.name, lines.concat());
        }
        Ok(())
    }
}

/// Copies a session out of the submission, into a folder beside it, and returns that folder.
fn keep(run: &Path, target: &Target, system: &str, session: &Session) -> anyhow::Result<PathBuf> {
    let name = target.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = target.root.with_file_name(format!("{name}.tinyaudit-replaced"));
    if folder.is_symlink() {
        bail!("{} is a symbolic link, which is not followed", folder.display());
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
    let free = (1..=u32::MAX)
        .map(place)
        .find(|place| place.symlink_metadata().is_err())
        .context("there is no free name for the old session")?;
    let parent = free.parent().unwrap_or(&folder);
    std::fs::create_dir_all(parent)?;
    set_aside(run, &free).with_context(|| format!("{} cannot be copied to {}", run.display(), free.display()))?;
    Ok(free)
}
