//! `tinyaudit answers`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::streams::{open_tree, print, remark};
use crate::audit::report::{Loading, Report};
use crate::round::Round;
use crate::submit::answers::Collected;

const EXAMPLES: &str = "\
Examples:
  tinyaudit answers kws01 v0.5 v0.7 v1.0 v1.1 v1.2 v1.3 > rules/answers/kws01.txt

The folders are named after their rounds.";

/// Make a file of `rules/answers` from the accuracy runs of published rounds.
///
/// A run belongs to the known family whose sure answers it gives; what belongs to none is left out and said.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Answers {
    /// The list, `kws01`
    list: String,
    /// Folders of published rounds
    #[arg(required = true)]
    rounds: Vec<PathBuf>,
}

impl Answers {
    /// Collects and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut collected = Collected::of(&self.list)
            .with_context(|| format!("nothing is known of a list `{}` from which families could be told", self.list))?;
        for folder in &self.rounds {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let how = Loading { evidence: true, ..Loading::default() };
            let report = Report::load(&open_tree(folder)?, Round::named(&name)?, how)?;
            collected.add(&report);
        }
        for path in collected.left_out() {
            remark(&format!("left out: {path}"));
        }
        let names = self.rounds.iter().map(|folder| folder.file_name().unwrap_or_default().to_string_lossy());
        let source = format!("published submissions of MLPerf Tiny, rounds {}", names.collect::<Vec<_>>().join(", "));
        print(|out| out.write_all(collected.answers(&source).to_text().as_bytes()))?;
        Ok(ExitCode::SUCCESS)
    }
}
