//! `tinyaudit history`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::columns;
use super::{Output, load_named_round, read_waivers};
use crate::audit::report::Report;
use crate::audit::waiver;
use crate::render::{self, history};
use crate::round::Round;

const EXAMPLES: &str = "\
Examples:
  tinyaudit history v0.5 v0.7 v1.0 v1.1 v1.2 v1.3                 every system over six rounds
  tinyaudit history v1.2 v1.3 --waivers                           with the published decisions of each round
  tinyaudit history v1.2 v1.3 --format html --out history.html    with trends
  tinyaudit history v1.2 v1.3 --format json | jq .best";

/// Value of `--waivers` for the published decisions.
const PUBLISHED: &str = "published";

/// Arguments of `tinyaudit history`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct History {
    /// Folders or packages of rounds, oldest first
    #[arg(required = true)]
    rounds: Vec<PathBuf>,
    /// Waivers: a file; without a value, the published decisions of each round
    ///
    /// A file may contain decisions of several rounds. Decisions without a finding are ignored.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = PUBLISHED)]
    waivers: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Plain text
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON object (schemas/history.schema.json)
    Json,
    /// Tables and trends, one file for a browser
    Html,
}

impl History {
    /// Checks every round and prints the history.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let given = self.waivers.as_deref().filter(|path| path.as_os_str() != PUBLISHED);
        let given = read_waivers(given)?.map(|waivers| waiver::parse(&waivers.text, &waivers.name)).transpose()?;
        let load = |path: &PathBuf| -> anyhow::Result<Report> {
            let mut report = load_named_round(path)?;
            let published = Round::built_in_waivers(&report.round.name).filter(|_| self.waivers.is_some());
            match (&given, published) {
                (Some(waivers), _) => _ = report.apply(waivers),
                (None, Some(text)) => _ = report.apply(&waiver::parse(text, &report.round.name)?),
                (None, None) => {}
            }
            Ok(report)
        };
        let reports: Vec<Report> = self.rounds.iter().map(load).collect::<anyhow::Result<_>>()?;
        let systems = history::History::new(&reports);
        self.output.deliver(|out| match self.format {
            Format::Text => history::write_text(&systems, columns(), out),
            Format::Markdown => history::write_markdown(&systems, out),
            Format::Json => render::json::write(&systems, out),
            Format::Html => render::html::history::write(&systems, out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
