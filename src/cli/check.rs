//! `tinyaudit check`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::settings::{FailOn, Settings};
use super::streams::{columns, deliver, is_standard, open_tree, read_text, remark, styled};
use super::{Before, ChosenRound, Input, Wanted, known_name};
use crate::audit::checks::rule_named;
use crate::audit::report::Report;
use crate::audit::rule::Group;
use crate::render;
use crate::render::triage::{self, Layout, View};
use crate::round::Severity;
use crate::source::Tree;
use crate::submit::{mending, package};

const EXAMPLES: &str = "\
Examples:
  tinyaudit check --round v1.3 submission                    what is wrong, with file and line
  tinyaudit check v1.3 --rule window-too-short --full        of a whole round, one matter
  tinyaudit check package.zip --format json | jq .counts     for programs
  tinyaudit check . --proof board_80mhz/ic                   what proves its figures, line by line
  tinyaudit check . --submitter ExampleCo --fail-on warning  one submitter, strictly
  tinyaudit check v1.3 --previous v1.2 --waivers w.yaml      as a review committee does

Exit codes: 0 passes, 1 a finding is as grave as --fail-on, 2 nothing could be checked.";

/// Recompute every score of a submission, compare it with the claim, and hold the rules of the round against it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[allow(clippy::struct_excessive_bools)] // options of a command line
pub struct Check {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: Before,
    /// Print every finding with its excerpt and what to do, sorted by path; where there are few, this is the default
    #[arg(long, conflicts_with_all = ["concise", "statistics"])]
    full: bool,
    /// Print a line a finding
    #[arg(long, conflicts_with = "statistics")]
    concise: bool,
    /// Count the findings of each rule
    #[arg(long)]
    statistics: bool,
    /// Show findings of this rule only; the verdict is that of all
    #[arg(long, value_name = "RULE", conflicts_with = "format")]
    rule: Option<String>,
    /// Show findings of this severity or above; the verdict is that of all
    #[arg(long, value_name = "SEVERITY", conflicts_with = "format")]
    severity: Option<FailOn>,
    /// Show findings of this system
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    system: Option<String>,
    /// Show findings of this benchmark
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    benchmark: Option<String>,
    /// Show findings of rules of this group
    #[arg(long, conflicts_with = "format")]
    group: Option<Group>,
    /// Files that are known to be absent, a path in a line: what follows from them is counted apart
    #[arg(long, value_name = "FILE")]
    absent: Option<PathBuf>,
    /// Add what no program can check: a checklist to go through before submitting
    #[arg(long)]
    reminders: bool,
    /// Print what is proven of the figures of a system, or of one benchmark of it, with the lines that prove it
    #[arg(long, value_name = "SYSTEM[/BENCHMARK]", conflicts_with_all = ["format", "reminders"])]
    proof: Option<String>,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of stdout, which is `-`, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace that file if it is there
    #[arg(long, requires = "out")]
    force: bool,
    /// The least severity that fails the check [default: that of tinyaudit.toml, else error]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Annotated excerpts for people
    #[default]
    Text,
    /// One JSON object (schemas/check.schema.json)
    Json,
    /// A line of JSON a finding (schemas/finding.schema.json)
    Jsonl,
    /// SARIF 2.1.0 for code-scanning pages
    Sarif,
    /// Annotations of a GitHub workflow; adds to the job's summary where there is one
    Github,
    /// JUnit XML for test reports
    Junit,
    /// A letter to whoever submits, fit for a comment on a pull request
    Markdown,
    /// A report with every result's evidence, one file for a browser
    Html,
}

/// Where a tree lies in the repository that is the working folder: annotations name files from there.
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

/// Bytes of a comment on a pull request, with room to spare.
const LONGEST_COMMENT: usize = 60_000;

impl Check {
    /// Prints the findings as it was asked for.
    fn write_text(&self, report: &Report, view: &View, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
        /// Findings that are read as they stand; of more, the most severe have to be found.
        const FEW: usize = 10;
        let width = columns();
        let layout = Layout { width, styled: styled(), threshold };
        let few = report.submission.submitters.len() < 2 && report.findings.len() <= FEW;
        match (self.full || few, self.concise, self.statistics) {
            (_, true, _) => triage::write_concise(report, view, layout, out),
            (_, _, true) => triage::write_statistics(report, view, layout, out),
            (true, ..) => render::text::write_these(report, &view.of(report), threshold, layout.styled, out),
            (false, ..) => triage::write(report, view, layout, out),
        }
    }

    /// Which findings are shown.
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

    /// What a page is made of, and the options it is made with.
    fn provenance(&self, tree: &Tree, said: &str) -> Vec<(&'static str, String)> {
        let path = |path: &PathBuf| path.display().to_string();
        let manifest = tree.get(package::MANIFEST).and_then(|entry| tree.read(entry).ok());
        let options = [
            ("read from", Some(path(&self.input.dir))),
            ("held against", Some(said.to_owned())),
            ("digest of the manifest", manifest.map(|bytes| package::sha256(&bytes))),
            ("submitter", self.input.submitter.clone()),
            ("waivers", self.input.waivers.as_ref().map(path)),
            ("the round before", self.before.previous.as_ref().map(path)),
        ];
        options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Checks and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let tree = open_tree(&self.input.dir)?;
        let ChosenRound { round, said, .. } = self.input.round(&tree)?;
        let wanted =
            Wanted { earlier: self.before.earlier(&round.name)?, evidence: matches!(self.format, Format::Html) };
        let mut report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        if let Some(list) = &self.absent {
            let paths =
                read_text(list)?.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
            report.excuse(&paths, &list.file_name().unwrap_or_default().to_string_lossy());
        }
        let fail_on = self.fail_on.or(Settings::beside(&self.input.dir)?.fail_on);
        let threshold = fail_on.unwrap_or_default().severity();
        if let Some(unknown) = self.rule.as_deref().filter(|id| rule_named(id).is_none()) {
            anyhow::bail!("there is no rule {unknown}; `tinyaudit rules` lists them");
        }
        let view = self.view(&report)?;
        if let Some(wanted) = &self.proof {
            let any = report.results().any(|(system, benchmark)| render::proof::is_meant(wanted, system, benchmark));
            anyhow::ensure!(any, "there is no result of `{wanted}`; `tinyaudit results` lists systems and benchmarks");
        }
        deliver(self.out.as_deref(), self.force, |out| match self.format {
            _ if self.proof.is_some() => {
                render::proof::write(&report, self.proof.as_deref().unwrap_or_default(), out).map(|_| ())
            }
            Format::Jsonl => render::json::write_lines(&report, out),
            Format::Sarif => render::sarif::write(&report, out),
            Format::Github => render::github::write(&report, &prefix(&self.input.dir), threshold, out),
            Format::Junit => render::junit::write(&report, threshold, out),
            Format::Markdown => render::letter::write_all(&report, LONGEST_COMMENT, out),
            Format::Html => {
                let provenance = self.provenance(&tree, &said);
                let desk = render::html::Desk { threshold, reminders: self.reminders, provenance: &provenance };
                render::html::write_check(&report, desk, out)
            }
            Format::Text => {
                writeln!(out, "{said}\n")?;
                self.write_text(&report, &view, threshold, out)?;
                if self.reminders { render::text::reminders(&report, out) } else { Ok(()) }
            }
            Format::Json => render::json::write(&render::json::Check::of(&report, threshold, self.reminders), out),
        })?;
        if let (Format::Github, Some(path)) = (self.format, std::env::var_os("GITHUB_STEP_SUMMARY")) {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
            render::github::write_summary(&report, threshold, &mut file)?;
        }
        if matches!(self.format, Format::Text) && self.proof.is_none() && self.input.dir.is_dir() {
            match mending::plan(&tree, &report).len() {
                0 => {}
                1 => remark("`tinyaudit fix` mends one thing of this"),
                steps => remark(&format!("`tinyaudit fix` mends {steps} things of this")),
            }
        }
        Ok(if report.fails(threshold) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
