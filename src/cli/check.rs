//! `tinyaudit check`

use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::settings::{FailOn, Settings};
use super::streams::{deliver, is_standard, open_tree, styled};
use super::{Input, Wanted, judged};
use crate::keep::package;
use crate::read::submission::Submission;
use crate::read::tree::Tree;
use crate::round::{Round, Severity};
use crate::tell;

const EXAMPLES: &str = "\
Examples:
  tinyaudit check --round v1.3 submission                    what is wrong, with file and line
  tinyaudit check package.zip --format json | jq .counts     for programs
  tinyaudit check . --proof board_80mhz/ic                   what proves its figures, line by line
  tinyaudit check . --submitter ExampleCo --fail-on warning  one submitter, strictly
  tinyaudit check v1.3 --previous v1.2 --waivers w.yaml      as a review committee does

Exit codes: 0 passes, 1 a finding is as grave as --fail-on, 2 nothing could be checked.";

/// Recompute every score of a submission, compare it with the claim, and hold the rules of the round against it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    #[command(flatten)]
    input: Input,
    /// The tree of the round before: finds sessions submitted again and previews that did not come back
    #[arg(long, value_name = "DIR")]
    previous: Option<PathBuf>,
    /// The round of --previous [default: the one before]
    #[arg(long, value_name = "ROUND", requires = "previous")]
    previous_round: Option<String>,
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

impl Check {
    /// The submission of the round before.
    fn earlier(&self, now: &str) -> anyhow::Result<Option<Submission>> {
        let Some(folder) = &self.previous else { return Ok(None) };
        let names = Round::names();
        let before = names.iter().position(|name| *name == now).and_then(|index| names.get(index.checked_sub(1)?));
        let own = || package::stored_round(&open_tree(folder).ok()?).ok();
        let name = self.previous_round.clone().or_else(own).or_else(|| before.map(|name| (*name).to_owned()));
        let name = name.with_context(|| format!("{now} has no round before it; name one with --previous-round"))?;
        Ok(Some(judged(folder, Some(&name))?.1.submission))
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
            ("the round before", self.previous.as_ref().map(path)),
        ];
        options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Checks and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let tree = open_tree(&self.input.dir)?;
        let (round, said) = self.input.round(&tree)?;
        let wanted = Wanted { earlier: self.earlier(&round.name)?, evidence: matches!(self.format, Format::Html) };
        let report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        let fail_on = self.fail_on.or(Settings::beside(&self.input.dir)?.fail_on);
        let threshold = match fail_on.unwrap_or_default() {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        };
        if let Some(wanted) = &self.proof {
            let any = report.results().any(|(system, benchmark)| tell::proof::is_meant(wanted, system, benchmark));
            anyhow::ensure!(any, "there is no result of `{wanted}`; `tinyaudit results` lists systems and benchmarks");
        }
        deliver(self.out.as_deref(), self.force, |out| match self.format {
            _ if self.proof.is_some() => {
                tell::proof::write(&report, self.proof.as_deref().unwrap_or_default(), out).map(|_| ())
            }
            Format::Jsonl => tell::json::write_lines(&report, out),
            Format::Sarif => tell::sarif::write(&report, out),
            Format::Github => tell::github::write(&report, &prefix(&self.input.dir), threshold, out),
            Format::Junit => tell::junit::write(&report, threshold, out),
            Format::Html => {
                let provenance = self.provenance(&tree, &said);
                let desk = tell::html::Desk { threshold, reminders: self.reminders, provenance: &provenance };
                tell::html::write_check(&report, desk, out)
            }
            Format::Text => {
                writeln!(out, "{said}\n")?;
                tell::text::write(&report, threshold, styled(), out)?;
                if self.reminders { tell::text::reminders(&report, out) } else { Ok(()) }
            }
            Format::Json => tell::json::write(&tell::json::Check::of(&report, threshold, self.reminders), out),
        })?;
        if let (Format::Github, Some(path)) = (self.format, std::env::var_os("GITHUB_STEP_SUMMARY")) {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
            tell::github::write_summary(&report, threshold, &mut file)?;
        }
        Ok(if report.fails(threshold) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
