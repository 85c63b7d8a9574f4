//! `tinyaudit compare`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::print;
use super::{Telling, judged};
use crate::render::comparison::compare;
use crate::render::{self, changes};

const EXAMPLES: &str = "\
Examples:
  tinyaudit compare before.zip after                     two states of a submission
  tinyaudit compare before.zip after --findings          and every finding that came or went
  tinyaudit compare v1.2 v1.3 --old-round v1.2 --round v1.3 --format markdown";

/// Say what changed: figures first, then systems that came, went or have another name, evidence, previews, findings.
///
/// Each state is held against the round it names itself, unless you name one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Compare {
    /// The earlier state: a folder or a package
    old: PathBuf,
    /// The later state
    new: PathBuf,
    /// The round of both [default: of each its own: a package's, that of tinyaudit.toml, TINYAUDIT_ROUND, a guess]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// The round of the earlier state, where it is another
    #[arg(long, value_name = "ROUND")]
    old_round: Option<String>,
    /// List every finding that came or went, instead of counting them by rule
    #[arg(long)]
    findings: bool,
    /// How to print the changes
    #[arg(long, value_enum, default_value_t)]
    format: Telling,
}

impl Compare {
    /// Compares and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = self.round.as_deref();
        let old = judged(&self.old, self.old_round.as_deref().or(round))?;
        let new = judged(&self.new, round)?;
        let comparison = compare((&old.0, &old.1), (&new.0, &new.1));
        print(|out| match self.format {
            Telling::Text => changes::write_text(&comparison, self.findings, out),
            Telling::Markdown => changes::write_markdown(&comparison, self.findings, out),
            Telling::Json => render::json::write(&changes::Changes::of(&comparison), out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
