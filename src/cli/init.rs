//! `tinyaudit init`

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::settings::{self, Settings};
use super::streams::{print, print_error};
use crate::audit::report::Report;
use crate::model::documents::placeholder;
use crate::parse::document::checklist;
use crate::round::Round;
use crate::source::Tree;
use crate::submit::form::{self, Known, Measured};
use crate::submit::output::{shown, write_new};

const EXAMPLES: &str = "\
Examples:
  tinyaudit init submission        asks for each value
  tinyaudit init submission --division closed --submitter ExampleCo --system board_80mhz --benchmark ic --benchmark kws";

/// Arguments of `tinyaudit init`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Init {
    /// Folder of the submission
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Round whose rules apply, for example v1.3 [default: the newest]
    ///
    /// A round in tinyaudit.toml takes precedence over the default. On a terminal the round is asked for.
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Division, `closed` or `open`
    #[arg(long)]
    division: Option<String>,
    /// Name of the submitter
    #[arg(long)]
    submitter: Option<String>,
    /// System under test, by the name of its folder; repeatable or comma-separated
    #[arg(long = "system", value_name = "NAME", value_delimiter = ',')]
    systems: Vec<String>,
    /// Benchmark, by its short name, for example ic; repeatable or comma-separated
    #[arg(long = "benchmark", value_name = "NAME", value_delimiter = ',')]
    benchmarks: Vec<String>,
    /// Availability: `available`, `preview` or `rdi` [default: available]
    ///
    /// On a terminal the availability is asked for.
    #[arg(long)]
    status: Option<String>,
    /// Include energy measurements
    #[arg(long)]
    energy: bool,
}

impl Init {
    /// Returns an error that names all missing options if stdin is not a terminal.
    fn all_given(&self, results: &[Measured]) -> anyhow::Result<()> {
        let needed = [
            ("--division", self.division.is_none()),
            ("--submitter", self.submitter.is_none()),
            ("--system", self.systems.is_empty() && results.is_empty()),
            ("--benchmark", self.benchmarks.is_empty() && results.is_empty()),
        ];
        let missing: Vec<&str> = needed.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect();
        if !missing.is_empty() && !io::stdin().is_terminal() {
            bail!("required when not run in a terminal: {}", missing.join(", "));
        }
        Ok(())
    }

    /// Returns the existing results of the submitter.
    fn results(&self, round: &Round) -> anyhow::Result<Vec<Measured>> {
        let (Some(division), Some(submitter)) = (&self.division, &self.submitter) else { return Ok(Vec::new()) };
        let division = &division.to_lowercase();
        if !self.dir.join(division).join(submitter).join("results").is_dir() {
            return Ok(Vec::new());
        }
        let report = Report::check(&Tree::open(&self.dir)?, round.clone(), Some(submitter))
            .with_context(|| self.dir.display().to_string())?;
        Ok(form::measured(&report, division, submitter))
    }

    /// Returns an error if the folder is inside a submission.
    fn check_place(&self) -> anyhow::Result<()> {
        let whole = dunce::canonicalize(&self.dir).unwrap_or_else(|_| self.dir.clone());
        let root = settings::root_of(&whole);
        if root != whole {
            bail!("{} is inside a submission; name the folder {} instead", self.dir.display(), root.display());
        }
        Ok(())
    }

    /// Returns the round of the option, else of tinyaudit.toml, else as answered on a terminal, else the newest.
    fn round(&self, asks: bool) -> anyhow::Result<Round> {
        let kept = Settings::find(&self.dir).ok().and_then(|settings| settings.round);
        let newest = Round::newest().to_owned();
        let named = self.round.as_ref().or(kept.as_ref()).or((!asks).then_some(&newest));
        let known = format!("{}, Enter for the newest", Round::names().join(", "));
        value_or_ask(
            named.map(|name| Ok(Round::named(name)?)),
            "Round",
            &|name| Ok(Round::named(name)?),
            &known,
            &newest,
        )
    }

    /// Writes the skeleton of a submission.
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
        let division =
            name_or_ask(self.division.as_ref(), "Division", &|name| divisions.check(name), &divisions.shown())?;
        let renamed = RefCell::new(BTreeSet::new());
        let folder = |given: &str| {
            let name = given.split_whitespace().collect::<Vec<_>>().join("_");
            folder_name(&name)?;
            if name != given {
                renamed.borrow_mut().insert((given.to_owned(), name.clone()));
            }
            Ok(name)
        };
        let submitter = name_or_ask(self.submitter.as_ref(), "Submitter", &folder, "the organisation's name")?;
        // Names that the results contain are not asked for.
        let known = |names: &[String]| !results.is_empty() && names.is_empty();
        let mut systems = if known(&self.systems) {
            Vec::new()
        } else {
            names_or_ask(&self.systems, "Systems", &folder, "separated by commas")?
        };
        let mut benchmarks = if known(&self.benchmarks) {
            Vec::new()
        } else {
            let shown = benchmarks.shown();
            names_or_ask(&self.benchmarks, "Benchmarks", &|name| benchmarks.check(name), &shown)?
        };
        let available = "available".to_owned();
        let status = self.status.as_ref().or((!asks).then_some(&available));
        let status = name_or_ask(status, "Status", &|name| statuses.check(name), &statuses.shown())?;
        let no = "no".to_owned();
        let energy = Choices { what: "answer", known: vec!["yes".to_owned(), no.clone()] };
        let given = if self.energy || !asks { Some(&no) } else { None };
        let energy = self.energy
            || name_or_ask(given, "Is energy measured?", &|name| energy.check(name), &energy.shown())? == "yes";
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
        // Results may be one level deeper than their system; a name with `/` is such a folder.
        for system in systems.iter().filter(|name| !name.contains('/')) {
            let description = description(&round, &submitter, &division, &status);
            skeleton.file(&format!("systems/{system}.json"), description.as_bytes())?;
        }
        if energy {
            let text = format!("# How energy was measured\n\n{}\n", placeholder::ENERGY);
            skeleton.file("systems/Energy-Hookup.md", text.as_bytes())?;
        }
        // Existing descriptions take precedence over --status. If they disagree, the category stays empty.
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
        // All later commands read the round from here, even if the worksheet is renamed.
        skeleton.put(&self.dir.join(settings::NAME), format!("round = \"{}\"\n", round.name).as_bytes())?;
        print(|out| {
            for (given, name) in renamed.borrow().iter() {
                writeln!(out, "`{given}` becomes {name}: names of folders must not contain spaces")?;
            }
            skeleton.written.iter().try_for_each(|path| writeln!(out, "wrote {path}"))?;
            skeleton.kept.iter().try_for_each(|path| writeln!(out, "kept {path}"))?;
            writeln!(
                out,
                "Next: fill in the descriptions, the READMEs and the official checklist of {} (the draft is a worksheet for it), copy your code into `code`, and run `tinyaudit import` on your sessions.",
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
            Err(error) => return Err(error).context("the submission is only written in part"),
        }
        Ok(())
    }
}

/// Accepted answers to a question.
struct Choices {
    what: &'static str,
    known: Vec<String>,
}

impl Choices {
    fn shown(&self) -> String {
        self.known.join(", ")
    }

    /// Returns the known name that is meant, ignoring case.
    fn check(&self, found: &str) -> anyhow::Result<String> {
        let known = self.known.iter().find(|known| known.eq_ignore_ascii_case(found.trim()));
        let known = known
            .with_context(|| format!("there is no {} `{}`; known: {}", self.what, found.escape_debug(), self.shown()));
        Ok(known?.clone())
    }
}

/// Checks an answer: returns it as it is to be used, or an error if it is not accepted.
type CheckAnswer<'a> = &'a dyn Fn(&str) -> anyhow::Result<String>;

/// Returns the value of an option, or asks until the answer is accepted.
fn name_or_ask(given: Option<&String>, question: &str, check: CheckAnswer<'_>, shown: &str) -> anyhow::Result<String> {
    value_or_ask(given.map(|given| check(given)), question, check, shown, "")
}

/// Like [`name_or_ask`], for any type. An empty line gives the default.
fn value_or_ask<T>(
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
            bail!("there is no answer to the question: {question}");
        }
        let given = if line.trim().is_empty() { default } else { line.trim() };
        match check(given) {
            Ok(answer) => return Ok(answer),
            Err(error) => print_error(&error.to_string()),
        }
    }
}

/// Like [`name_or_ask`], for several values separated by commas.
fn names_or_ask(given: &[String], question: &str, check: CheckAnswer<'_>, shown: &str) -> anyhow::Result<Vec<String>> {
    let all = |text: &str| {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.map(check).collect::<anyhow::Result<_>>()?;
        anyhow::ensure!(!parts.is_empty(), "name at least one");
        let lower: BTreeSet<String> = parts.iter().map(|part| part.to_lowercase()).collect();
        anyhow::ensure!(
            lower.len() == parts.len(),
            "two names differ only in case; some file systems treat them as one name"
        );
        Ok(parts)
    };
    value_or_ask((!given.is_empty()).then(|| all(&given.join(","))), question, &all, shown, "")
}

/// Returns an error if a name cannot be the name of a submitter's or system's folder.
pub(super) fn folder_name(name: &str) -> anyhow::Result<()> {
    if name.is_empty() || name.contains(['/', '\\', '\0']) {
        bail!("`{}` cannot be the name of a folder", name.escape_debug());
    }
    if name.starts_with('.') || name.ends_with('.') {
        bail!("`{}` begins or ends with a dot; such a folder is hidden, or lost on Windows", name.escape_debug());
    }
    if crate::source::is_reserved(name) {
        bail!("`{name}` is a reserved name on Windows, where the submission could not be checked out");
    }
    if name.contains(char::is_whitespace) {
        bail!("`{}` contains a space; use `_`", name.escape_debug());
    }
    Ok(())
}

/// Returns a system description with each official field once.
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
