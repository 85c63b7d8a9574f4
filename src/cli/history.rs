//! `tinyaudit history`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::{columns, print};
use super::{Telling, judged};
use crate::tell::{self, history};

const EXAMPLES: &str = "\
Examples:
  tinyaudit history v0.5 v0.7 v1.0 v1.1 v1.2 v1.3        every system through the rounds
  tinyaudit history v1.2 v1.3 --format json | jq .best";

/// Follow every system through several rounds: its figures and their changes, what vanished, and the best of each round.
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
    format: Telling,
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
        let width = columns();
        print(|out| match self.format {
            Telling::Text => history::write_text(&told, width, out),
            Telling::Markdown => history::write_markdown(&told, out),
            Telling::Json => tell::json::write(&told, out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
