//! `tinyaudit init`

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::settings::{self, Settings};
use super::streams::{complain, print};
use crate::audit::report::Report;
use crate::model::documents::placeholder;
use crate::parse::document::checklist;
use crate::round::Round;
use crate::source::Tree;
use crate::submit::form::{self, Known, Measured};
use crate::submit::output::{shown, write_new};

const EXAMPLES: &str = "\
Examples:
  tinyaudit init submission        asks for what it needs
  tinyaudit init submission --division closed --submitter ExampleCo --system board_80mhz --benchmark ic --benchmark kws";

/// Begin a submission: folders, system descriptions with the official fields, READMEs, and a worksheet for the checklist.
///
/// What is not given is asked for on a terminal. Where results of the submitter are there already, systems and benchmarks
/// are theirs, and the worksheet is filled in with what they say. No file is ever overwritten; what is there already is
/// kept.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Init {
    /// The folder to begin in
    dir: PathBuf,
    /// The round [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// `closed` or `open`
    #[arg(long)]
    division: Option<String>,
    /// The organisation that submits
    #[arg(long)]
    submitter: Option<String>,
    /// A system under test, named as its folder will be; once for each, or separated by commas
    #[arg(long = "system", value_name = "NAME", value_delimiter = ',')]
    systems: Vec<String>,
    /// A benchmark; once for each, or separated by commas
    #[arg(long = "benchmark", value_name = "NAME", value_delimiter = ',')]
    benchmarks: Vec<String>,
    /// The availability: `available`, `preview` or `rdi` [default: asked for on a terminal, else available]
    #[arg(long)]
    status: Option<String>,
    /// Energy is measured, too
    #[arg(long)]
    energy: bool,
}

impl Init {
    /// Where nobody can be asked, says all that is missing at once.
    fn all_given(&self, results: &[Measured]) -> anyhow::Result<()> {
        let needed = [
            ("--division", self.division.is_none()),
            ("--submitter", self.submitter.is_none()),
            ("--system", self.systems.is_empty() && results.is_empty()),
            ("--benchmark", self.benchmarks.is_empty() && results.is_empty()),
        ];
        let missing: Vec<&str> = needed.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect();
        if !missing.is_empty() && !io::stdin().is_terminal() {
            bail!("{} must be given where nobody can be asked", missing.join(", "));
        }
        Ok(())
    }

    /// The results of the submitter that are there already.
    fn results(&self, round: &Round) -> anyhow::Result<Vec<Measured>> {
        let (Some(division), Some(submitter)) = (&self.division, &self.submitter) else { return Ok(Vec::new()) };
        let division = &division.to_lowercase();
        if !self.dir.join(division).join(submitter).join("results").is_dir() {
            return Ok(Vec::new());
        }
        let report = Report::of(&Tree::open(&self.dir)?, round.clone(), Some(submitter))
            .with_context(|| self.dir.display().to_string())?;
        Ok(form::measured(&report, division, submitter))
    }

    /// Refuses a folder that lies in a submission.
    fn check_place(&self) -> anyhow::Result<()> {
        let whole = dunce::canonicalize(&self.dir).unwrap_or_else(|_| self.dir.clone());
        let root = settings::root_of(&whole);
        if root != whole {
            bail!("{} lies in a submission already; begin in {}", self.dir.display(), root.display());
        }
        Ok(())
    }

    /// The round: as named, as kept, as answered on a terminal, else the newest.
    fn round(&self, asks: bool) -> anyhow::Result<Round> {
        let kept = Settings::beside(&self.dir).ok().and_then(|settings| settings.round);
        let newest = Round::newest().to_owned();
        let named = self.round.as_ref().or(kept.as_ref()).or((!asks).then_some(&newest));
        let known = format!("{}, Enter for the last", Round::names().join(", "));
        asked(named.map(|name| Ok(Round::named(name)?)), "Round", &|name| Ok(Round::named(name)?), &known, &newest)
    }

    /// Writes the skeleton.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let asks = io::stdin().is_terminal();
        self.check_place()?;
        let round = self.round(asks)?;
        let results = self.results(&round)?;
        self.all_given(&results)?;
        let names = |map: Vec<&String>| map.into_iter().cloned().collect::<Vec<String>>();
        let divisions = Choices { what: "division", known: round.divisions.clone() };
        let statuses = Choices { what: "status", known: names(round.statuses.keys().collect()) };
        let benchmarks = Choices { what: "benchmark", known: names(round.benchmarks.keys().collect()) };
        let division = answer(self.division.as_ref(), "Division", &|name| divisions.check(name), &divisions.shown())?;
        let renamed = RefCell::new(BTreeSet::new());
        let folder = |given: &str| {
            let name = given.split_whitespace().collect::<Vec<_>>().join("_");
            folder_name(&name)?;
            if name != given {
                renamed.borrow_mut().insert((given.to_owned(), name.clone()));
            }
            Ok(name)
        };
        let submitter = answer(self.submitter.as_ref(), "Submitter", &folder, "the organisation's name")?;
        // What results show need not be asked.
        let known = |names: &[String]| !results.is_empty() && names.is_empty();
        let mut systems = if known(&self.systems) {
            Vec::new()
        } else {
            answers(&self.systems, "Systems", &folder, "separated by commas")?
        };
        let mut benchmarks = if known(&self.benchmarks) {
            Vec::new()
        } else {
            let shown = benchmarks.shown();
            answers(&self.benchmarks, "Benchmarks", &|name| benchmarks.check(name), &shown)?
        };
        let available = "available".to_owned();
        let status = self.status.as_ref().or((!asks).then_some(&available));
        let status = answer(status, "Status", &|name| statuses.check(name), &statuses.shown())?;
        let no = "no".to_owned();
        let energy = Choices { what: "answer", known: vec!["yes".to_owned(), no.clone()] };
        let given = if self.energy || !asks { Some(&no) } else { None };
        let energy = self.energy
            || answer(given, "Is energy measured, too?", &|name| energy.check(name), &energy.shown())? == "yes";
        for result in &results {
            for (names, name) in [(&mut systems, &result.system), (&mut benchmarks, &result.benchmark)] {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let root = self.dir.join(&division).join(&submitter);
        let mut skeleton = Skeleton { root, dir: &self.dir, written: Vec::new(), kept: Vec::new() };
        skeleton.file("README.md", readme(&submitter, &round).as_bytes())?;
        for benchmark in &benchmarks {
            let title = &round.benchmarks[benchmark].title;
            let text = format!("# {benchmark}, {title}\n\n{}\n", placeholder::CODE);
            skeleton.file(&format!("code/{benchmark}/README.md"), text.as_bytes())?;
        }
        // Results may lie a level deeper than their system.
        for system in systems.iter().filter(|name| !name.contains('/')) {
            let description = description(&round, &submitter, &division, &status);
            skeleton.file(&format!("systems/{system}.json"), description.as_bytes())?;
        }
        if energy {
            let text = format!("# How energy was measured\n\n{}\n", placeholder::ENERGY);
            skeleton.file("systems/Energy-Hookup.md", text.as_bytes())?;
        }
        // Descriptions that are there already know better than the flag; of several categories none is the answer.
        let said: BTreeSet<&str> = results.iter().filter_map(|result| result.availability.as_deref()).collect();
        let category = match said.into_iter().collect::<Vec<_>>()[..] {
            [] => status.clone(),
            [only] => only.to_owned(),
            _ => String::new(),
        };
        let known = Known {
            category: &category,
            systems: systems.iter().map(String::as_str).collect(),
            division: &division,
            benchmarks: benchmarks.iter().map(String::as_str).collect(),
            results,
            ..Known::default()
        };
        let form = checklist::write(&form::checklist(&known, &round))?;
        skeleton.file(&format!("systems/{}", form::worksheet(&round)), &form)?;
        // The round is known to every command from now on, whatever becomes of the worksheet's name.
        skeleton.put(&self.dir.join(settings::NAME), format!("round = \"{}\"\n", round.name).as_bytes())?;
        print(|out| {
            for (given, name) in renamed.borrow().iter() {
                writeln!(out, "`{given}` is named {name}: names of folders contain no spaces")?;
            }
            skeleton.written.iter().try_for_each(|path| writeln!(out, "wrote {path}"))?;
            skeleton.kept.iter().try_for_each(|path| writeln!(out, "kept {path}"))?;
            writeln!(
                out,
                "Next: fill in the descriptions, the READMEs and the official checklist of {} (the draft is a worksheet for it), put your code into `code`, and `tinyaudit import` your sessions.",
                round.name
            )
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

struct Skeleton<'a> {
    root: PathBuf,
    dir: &'a Path,
    written: Vec<String>,
    kept: Vec<String>,
}

impl Skeleton<'_> {
    fn file(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.root.join(name);
        self.put(&path, bytes)
    }

    fn put(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let shown = shown(path.strip_prefix(self.dir).unwrap_or(path));
        match write_new(path, bytes) {
            Ok(()) => self.written.push(shown),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.kept.push(shown),
            Err(error) => return Err(error).context("the skeleton is not complete"),
        }
        Ok(())
    }
}

/// What an answer may be.
struct Choices {
    what: &'static str,
    known: Vec<String>,
}

impl Choices {
    fn shown(&self) -> String {
        self.known.join(", ")
    }

    /// The known name that is meant; case does not matter.
    fn check(&self, found: &str) -> anyhow::Result<String> {
        let known = self.known.iter().find(|known| known.eq_ignore_ascii_case(found.trim()));
        let known = known.with_context(|| {
            format!("there is no {} `{}`; there are {}", self.what, found.escape_debug(), self.shown())
        });
        Ok(known?.clone())
    }
}

/// What an answer stands for, or why it cannot be one.
type CheckAnswer<'a> = &'a dyn Fn(&str) -> anyhow::Result<String>;

/// An answer that was given as an option, or is asked for until it can be one.
fn answer(given: Option<&String>, question: &str, check: CheckAnswer<'_>, shown: &str) -> anyhow::Result<String> {
    asked(given.map(|given| check(given)), question, check, shown, "")
}

/// What was given as an option, or what is asked for until it can be an answer.
fn asked<T>(
    given: Option<anyhow::Result<T>>,
    question: &str,
    check: &dyn Fn(&str) -> anyhow::Result<T>,
    shown: &str,
    default: &str,
) -> anyhow::Result<T> {
    if let Some(given) = given {
        return given;
    }
    loop {
        eprint!("{question} ({shown}): ");
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            bail!("there is no answer to: {question}");
        }
        let given = if line.trim().is_empty() { default } else { line.trim() };
        match check(given) {
            Ok(answer) => return Ok(answer),
            Err(error) => complain(&error.to_string()),
        }
    }
}

/// The same for several, separated by commas.
fn answers(given: &[String], question: &str, check: CheckAnswer<'_>, shown: &str) -> anyhow::Result<Vec<String>> {
    let all = |text: &str| {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.map(check).collect::<anyhow::Result<_>>()?;
        anyhow::ensure!(!parts.is_empty(), "name at least one");
        let lower: BTreeSet<String> = parts.iter().map(|part| part.to_lowercase()).collect();
        anyhow::ensure!(lower.len() == parts.len(), "two names differ in case only, which are one on some systems");
        Ok(parts)
    };
    asked((!given.is_empty()).then(|| all(&given.join(","))), question, &all, shown, "")
}

/// Refuses what cannot be the name of a submitter's or system's folder.
pub(super) fn folder_name(name: &str) -> anyhow::Result<()> {
    if name.is_empty() || name.contains(['/', '\\', '\0']) {
        bail!("`{}` cannot be the name of a folder", name.escape_debug());
    }
    if name.starts_with('.') || name.ends_with('.') {
        bail!("`{}` begins or ends with a dot; such a folder is hidden, or lost on Windows", name.escape_debug());
    }
    if crate::source::is_reserved(name) {
        bail!("`{name}` is reserved on Windows, where nobody could check the submission out");
    }
    if name.contains(char::is_whitespace) {
        bail!("`{}` contains a space; use `_`", name.escape_debug());
    }
    Ok(())
}

/// The official fields, once each.
fn description(round: &Round, submitter: &str, division: &str, status: &str) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let fields = round.system_description.fields.iter().filter(|field| seen.insert(field.trim()));
    let fields: serde_json::Map<String, serde_json::Value> = fields
        .map(|field| {
            let value = match field.as_str() {
                "Submitter" => submitter,
                "Division" => division,
                "Status" => status,
                _ => "",
            };
            (field.clone(), value.into())
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(fields))
}

fn readme(submitter: &str, round: &Round) -> String {
    format!("# {submitter}, MLPerf Tiny {}\n\n{}\n", round.name, placeholder::README)
}
