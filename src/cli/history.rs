//! `tinyaudit history`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::judged;
use super::streams::{columns, deliver};
use crate::render::{self, history};

const EXAMPLES: &str = "\
Examples:
  tinyaudit history v0.5 v0.7 v1.0 v1.1 v1.2 v1.3                 every system through the rounds
  tinyaudit history v1.2 v1.3 --format html --out history.html    with trends
  tinyaudit history v1.2 v1.3 --format json | jq .best";

/// Follow every system through several rounds: its figures and their changes, what vanished, and the best of each round and
/// class of devices.
///
/// A folder named after a round is held against it; a system under another name is found again, and what tells so is said.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct History {
    /// Folders or packages of rounds, the oldest first
    #[arg(required = true)]
    rounds: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of stdout, which is `-`, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace that file if it is there
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// In words
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
    /// Judges every round and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut reports = Vec::new();
        for path in &self.rounds {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let named = crate::round::Round::names().into_iter().find(|round| *round == name);
            reports.push(judged(path, named)?.1);
        }
        let told = history::History::of(&reports);
        deliver(self.out.as_deref(), self.force, |out| match self.format {
            Format::Text => history::write_text(&told, columns(), out),
            Format::Markdown => history::write_markdown(&told, out),
            Format::Json => render::json::write(&told, out),
            Format::Html => render::html::history::write(&told, out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
