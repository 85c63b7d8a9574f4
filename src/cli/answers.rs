//! `tinyaudit answers`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::streams::{open_tree, print, print_info};
use crate::audit::report::{Loading, Report};
use crate::round::Round;
use crate::submit::answers::Collected;

const EXAMPLES: &str = "\
Examples:
  tinyaudit answers kws01 v0.5 v0.7 v1.0 v1.1 v1.2 v1.3 > rules/answers/kws01.txt

Each folder must have the name of its round.";

/// Arguments of `tinyaudit answers`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Answers {
    /// Input list, for example kws01
    list: String,
    /// Folders of published rounds, named after the rounds
    #[arg(required = true)]
    rounds: Vec<PathBuf>,
}

impl Answers {
    /// Collects the answers and prints them.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut collected = Collected::new(&self.list)
            .with_context(|| format!("there are no known weights for the input list `{}`", self.list))?;
        for folder in &self.rounds {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let how = Loading { evidence: true, ..Loading::default() };
            let report = Report::load(&open_tree(folder)?, Round::named(&name)?, how)?;
            collected.add(&report);
        }
        for path in collected.left_out() {
            print_info(&format!("left out: {path}"));
        }
        let names = self.rounds.iter().map(|folder| folder.file_name().unwrap_or_default().to_string_lossy());
        let source = format!("published submissions of MLPerf Tiny, rounds {}", names.collect::<Vec<_>>().join(", "));
        print(|out| out.write_all(collected.answers(&source).to_text().as_bytes()))?;
        Ok(ExitCode::SUCCESS)
    }
}
