//! `tinyaudit check`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::run::ModeName;
use super::settings::{FailOn, NAME, Settings};
use super::streams::{columns, is_standard, open_tree, print, print_error, print_info, styled, write_wrapped};
use super::{
    Absent, ChosenRound, Input, Output, PreviousRound, ReportNeeds, expect_known_rule, fix, known_name, session,
};
use crate::audit::report::Report;
use crate::audit::rule::Group;
use crate::render;
use crate::render::text::Layout;
use crate::render::triage::{self, View};
use crate::render::untrusted::Untrusted;
use crate::round::{Round, Severity};
use crate::source::Tree;
use crate::submit::session::Known;
use crate::submit::{fixing, package};

const EXAMPLES: &str = "\
Examples:
  tinyaudit check --round v1.3 submission                    findings, with file and line
  tinyaudit check v1.3 --rule window-too-short --full        one rule in a whole round
  tinyaudit check sessions/kws-accuracy                      one session, before there is a submission
  tinyaudit check package.zip --format json | jq .counts     output for programs
  tinyaudit check . --proof board_80mhz/ic                   the lines that prove each figure
  tinyaudit check . --submitter ExampleCo --fail-on warning  one submitter; warnings fail, too
  tinyaudit check v1.3 --previous v1.2 --waivers w.yaml      as a review committee checks a round

Exit codes: 0 pass, 1 a finding at or above --fail-on, 2 nothing could be checked.";

/// Arguments of `tinyaudit check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
#[allow(clippy::struct_excessive_bools)] // options of a command line
pub struct Check {
    #[command(flatten)]
    input: Input,
    /// Further submissions, or further session folders
    ///
    /// Without a submission, checks sessions as a runner wrote them: DIR is one, or contains several.
    #[arg(value_name = "DIR")]
    others: Vec<PathBuf>,
    /// Mode of a session whose log does not say it
    #[arg(long, value_enum, value_name = "MODE", hide_short_help = true)]
    mode: Option<ModeName>,
    #[command(flatten)]
    before: PreviousRound,
    /// Make the changes of `tinyaudit fix` first
    ///
    /// `tinyaudit fix --undo` reverts them.
    #[arg(long, conflicts_with = "proof")]
    fix: bool,
    /// Search the code for the weights of the reference models
    ///
    /// `results` always does. It takes about as long as the rest of a check.
    #[arg(long)]
    weights: bool,
    /// Print every finding with its excerpt and fix, sorted by path
    ///
    /// This is the default for one submitter with at most 10 findings.
    #[arg(long, conflicts_with_all = ["concise", "statistics"])]
    full: bool,
    /// Print one line per finding
    #[arg(long, conflicts_with = "statistics")]
    concise: bool,
    /// Count the findings per rule
    #[arg(long)]
    statistics: bool,
    /// Show only findings of this rule
    ///
    /// All findings still count for the verdict.
    #[arg(long, value_name = "RULE", conflicts_with = "format")]
    rule: Option<String>,
    /// Show only findings at or above this severity: error, warning, note
    ///
    /// All findings still count for the verdict.
    #[arg(long, value_name = "SEVERITY", conflicts_with = "format", hide_possible_values = true)]
    severity: Option<FailOn>,
    /// Show only findings of this system
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    system: Option<String>,
    /// Show only findings of this benchmark
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    benchmark: Option<String>,
    /// Show only findings of this group of rules
    #[arg(long, conflicts_with = "format", hide_short_help = true)]
    group: Option<Group>,
    #[command(flatten)]
    absent: Absent,
    /// Add a checklist of what no program can check
    #[arg(long)]
    reminders: bool,
    /// Print what proves a result's figures, line by line
    ///
    /// RESULT is SYSTEM for all results of a system, or SYSTEM/BENCHMARK.
    #[arg(long, value_name = "RESULT", conflicts_with_all = ["format", "reminders"])]
    proof: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Page of the HTML report, if there are several
    ///
    /// A page has at most 1000 results.
    #[arg(long, value_name = "N", default_value = "1", hide_default_value = true, hide_short_help = true)]
    page: std::num::NonZeroUsize,
    #[command(flatten)]
    output: Output,
    /// Fail at or above this severity: error, warning, note [default: error]
    ///
    /// tinyaudit.toml can set another default.
    #[arg(long, value_enum, value_name = "SEVERITY", hide_possible_values = true)]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Plain text, with annotated excerpts
    #[default]
    Text,
    /// One JSON object (schemas/check.schema.json)
    Json,
    /// One line of JSON per finding (schemas/finding.schema.json)
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow; also appends to the job summary if there is one
    Github,
    /// JUnit XML for test reports
    Junit,
    /// Letters to the submitters, short enough for a comment on a pull request
    Markdown,
    /// Report with the evidence of every result, one file for a browser
    Html,
}

/// Returns the path from the working folder to the tree. Annotations name files from the root of the repository, which
/// is the working folder.
fn prefix(dir: &Path) -> String {
    let parts = dir.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    if dir.is_absolute() || dir.is_file() || is_standard(dir) {
        String::new()
    } else {
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Maximum length in bytes of a comment on a pull request, with a margin.
const LONGEST_COMMENT: usize = 60_000;

impl Check {
    /// Prints the findings in the layout that the options ask for.
    fn write_text(&self, report: &Report, view: &View, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
        /// Maximum number of findings that are printed in full by default; more are grouped, most severe first.
        const FEW: usize = 10;
        let width = columns();
        let layout = Layout { width, styled: styled(), threshold };
        let few = report.submission.submitters.len() < 2 && report.findings().len() <= FEW;
        match (self.full || few, self.concise, self.statistics) {
            (_, true, _) => triage::write_concise(report, view, layout, out),
            (_, _, true) => triage::write_statistics(report, view, layout, out),
            (true, ..) => render::text::write(report, &view.findings(report), layout, out),
            (false, ..) => triage::write(report, view, layout, out),
        }
    }

    /// Returns the session folders, if what is given is not a submission.
    fn session_folders(&self, tree: &Tree, round: &Round) -> anyhow::Result<Option<Vec<PathBuf>>> {
        if crate::model::submitters(tree, round, None).is_ok() {
            return Ok(None);
        }
        let mut folders = session::folders(tree, &self.input.dir);
        // A part of a submission is not a set of sessions; the error names the submission around it.
        let path = std::fs::canonicalize(&self.input.dir).unwrap_or_default();
        let is_part = path.iter().any(|part| part == "results") && folders != [self.input.dir.clone()];
        if self.others.is_empty() && (folders.is_empty() || is_part) {
            return Ok(None);
        }
        for folder in &self.others {
            let below = session::folders(&open_tree(folder)?, folder);
            if below.is_empty() { folders.push(folder.clone()) } else { folders.extend(below) }
        }
        anyhow::ensure!(matches!(self.format, Format::Text), "sessions are checked only with --format text");
        Ok(Some(folders))
    }

    /// Returns which findings to show.
    fn view(&self, report: &Report) -> anyhow::Result<View> {
        let name = |what: &str, wanted: &Option<String>, known: &BTreeSet<String>| {
            wanted.as_ref().map(|wanted| known_name(what, wanted, known)).transpose()
        };
        let systems = report.submission.systems.iter().map(|system| system.name.clone()).collect();
        let benchmarks =
            report.submission.benchmarks().map(|(_, benchmark)| benchmark.short_name().to_owned()).collect();
        Ok(View {
            rule: self.rule.clone(),
            severity: self.severity.map(FailOn::severity),
            system: name("system", &self.system, &systems)?,
            benchmark: name("benchmark", &self.benchmark, &benchmarks)?,
            group: self.group,
        })
    }

    /// Returns the input and options of an HTML report, which the report lists.
    fn provenance(&self, tree: &Tree, said: &str) -> Vec<(&'static str, String)> {
        let path = |path: &PathBuf| path.display().to_string();
        let manifest = tree.get(package::MANIFEST).and_then(|entry| tree.read(entry).ok());
        let options = [
            ("read from", Some(path(&self.input.dir))),
            ("checked with", Some(said.to_owned())),
            ("digest of the manifest", manifest.map(|bytes| package::sha256(&bytes))),
            ("submitter", self.input.submitter.clone()),
            ("waivers", self.input.waivers.as_ref().map(path)),
            ("previous round", self.before.previous.as_ref().map(path)),
        ];
        options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Whether several folders or archives are given, and one of them is a submission: then each is checked by itself.
    fn others_are_submissions(&self) -> bool {
        let is_submission = |dir: &PathBuf| {
            let round = Round::named(Round::newest()).ok();
            let tree = if is_standard(dir) { None } else { Tree::open(dir).ok() };
            round.zip(tree).is_some_and(|(round, tree)| crate::model::submitters(&tree, &round, None).is_ok())
        };
        !self.others.is_empty() && self.others.iter().chain([&self.input.dir]).any(is_submission)
    }

    /// Checks several submissions one after the other. What cannot be checked does not hide the others.
    fn run_each(&self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            matches!(self.format, Format::Text) && self.output.out.is_none(),
            "several submissions are checked only with --format text and without --out"
        );
        let files = [self.input.waivers.as_deref(), self.input.rules.as_deref()];
        let mut named = self
            .others
            .iter()
            .map(PathBuf::as_path)
            .chain([self.input.dir.as_path()])
            .chain(files.into_iter().flatten());
        anyhow::ensure!(!named.any(is_standard), "several submissions cannot be checked from stdin; name their files");
        let (mut failed, mut unchecked) = (false, false);
        for dir in std::iter::once(&self.input.dir).chain(&self.others) {
            let input = Input { dir: dir.clone(), ..self.input.clone() };
            print(|out| writeln!(out, "== {}", Untrusted(&dir.display().to_string()).for_terminal()))?;
            match (Self { input, others: Vec::new(), ..self.clone() }).run() {
                Ok(code) => failed |= code != ExitCode::SUCCESS,
                Err(error) => {
                    unchecked = true;
                    print_error(&format!("tinyaudit: {error:#}"));
                }
            }
            print(|out| writeln!(out))?;
        }
        Ok(ExitCode::from(if unchecked { 2 } else { u8::from(failed) }))
    }

    /// Checks and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        expect_known_rule(self.rule.as_deref())?;
        if self.others_are_submissions() {
            return self.run_each();
        }
        let mut tree = open_tree(&self.input.dir)?;
        let ChosenRound { round, said, .. } = self.input.round(&tree)?;
        // What ends the command ends it before anything is changed.
        let settings = Settings::find(&self.input.dir)?;
        let threshold = self.fail_on.or(settings.fail_on).unwrap_or_default().severity();
        let mut waivers = None;
        if self.fix {
            waivers = self.input.waivers()?;
            self.output.expect_free()?;
            fix::apply_before_check(&self.input, waivers.as_ref())?;
            tree = open_tree(&self.input.dir)?;
        }
        if let Some(sessions) = self.session_folders(&tree, &round)? {
            let given = Known { benchmark: self.benchmark.as_deref(), mode: self.mode.map(ModeName::mode) };
            let mut text = format!("{said}\n\n").into_bytes();
            let layout = Layout { width: columns(), styled: styled(), threshold };
            let failed = session::check(&sessions, &round, given, layout, &mut text)?;
            self.output.deliver(|out| out.write_all(&text))?;
            return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        let wanted = ReportNeeds {
            earlier: self.before.earlier(&round.name)?,
            evidence: matches!(self.format, Format::Html),
            weights: self.weights,
        };
        if !self.fix {
            waivers = self.input.waivers()?;
        }
        let mut report = self.input.report(&tree, round, waivers.as_ref(), wanted)?;
        self.absent.mark(&mut report)?;
        if matches!(self.format, Format::Html) && !settings.ignore.is_empty() {
            print_info("`ignore` has no effect on --format html, which shows and counts every finding");
        } else if !settings.ignore.is_empty() {
            report.ignore(settings.ignore.into_iter().collect(), NAME);
        }
        let view = self.view(&report)?;
        if self.page.get() > 1 {
            anyhow::ensure!(matches!(self.format, Format::Html), "only --format html has pages");
            let pages = render::html::page_count(&report);
            anyhow::ensure!(self.page.get() <= pages, "there is no page {}: the last page is {pages}", self.page);
        }
        if let Some(wanted) = &self.proof {
            let any = report.results().any(|(system, benchmark)| render::proof::is_meant(wanted, system, benchmark));
            anyhow::ensure!(any, "there is no result `{wanted}`; `tinyaudit results` lists systems and benchmarks");
        }
        self.output.deliver(|out| match self.format {
            _ if self.proof.is_some() => {
                let wanted = self.proof.as_deref().unwrap_or_default();
                write_wrapped(2, out, |out| render::proof::write(&report, wanted, out).map(|_| ()))
            }
            Format::Jsonl => render::json::write_lines(&report, out),
            Format::Sarif => render::sarif::write(&report, out),
            Format::Github => render::github::write(&report, &prefix(&self.input.dir), threshold, out),
            Format::Junit => render::junit::write(&report, threshold, out),
            Format::Markdown => render::letter::write_all(&report, LONGEST_COMMENT, out),
            Format::Html => {
                let provenance = self.provenance(&tree, &said);
                let desk = render::html::ReportOptions {
                    threshold,
                    reminders: self.reminders,
                    provenance: &provenance,
                    page: self.page.get(),
                };
                render::html::write_check(&report, desk, out)
            }
            Format::Text => {
                writeln!(out, "{said}\n")?;
                self.write_text(&report, &view, threshold, out)?;
                if self.reminders { render::text::reminders(&report, out) } else { Ok(()) }
            }
            Format::Json => render::json::write(&render::json::Check::new(&report, threshold, self.reminders), out),
        })?;
        if let (Format::Github, Some(path)) = (self.format, std::env::var_os("GITHUB_STEP_SUMMARY")) {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
            render::github::write_summary(&report, threshold, &mut file)?;
        }
        if matches!(self.format, Format::Text) && self.proof.is_none() && self.input.dir.is_dir() {
            match fixing::plan(&tree, &report).len() {
                0 => {}
                1 => print_info("1 change can be made with `tinyaudit fix`"),
                steps => print_info(&format!("{steps} changes can be made with `tinyaudit fix`")),
            }
        }
        Ok(if report.fails(threshold) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
