//! `tinyaudit compare`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::{print, write_wrapped};
use super::{ComparisonFormat, load_report};
use crate::render::changes::Detail;
use crate::render::comparison::compare;
use crate::render::{self, changes};

const EXAMPLES: &str = "\
Examples:
  tinyaudit compare before.zip after                     two states of a submission
  tinyaudit compare before.zip after --findings          list each added or removed finding
  tinyaudit compare v1.2 v1.3 --old-round v1.2 --round v1.3 --format markdown";

/// Arguments of `tinyaudit compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Compare {
    /// Earlier state: a folder or a package
    old: PathBuf,
    /// Later state: a folder or a package
    new: PathBuf,
    /// Round whose rules apply, for example v1.3
    ///
    /// Applies to both states. Default: for each state the round in its tinyaudit.toml, else in the environment
    /// variable TINYAUDIT_ROUND, else in the package, else a guess.
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Round of the earlier state, if it differs from --round
    #[arg(long, value_name = "ROUND")]
    old_round: Option<String>,
    /// List each added or removed finding, instead of counting them per rule
    #[arg(long)]
    findings: bool,
    /// List everything: long lists of files and descriptions are otherwise folded, and findings counted per rule
    #[arg(long)]
    full: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: ComparisonFormat,
}

impl Compare {
    /// Compares and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = self.round.as_deref();
        let old = load_report(&self.old, self.old_round.as_deref().or(round))?;
        let new = load_report(&self.new, round)?;
        let comparison = compare((&old.0, &old.1), (&new.0, &new.1));
        let detail = Detail { findings: self.findings || self.full, full: self.full };
        print(|out| match self.format {
            ComparisonFormat::Text => write_wrapped(4, out, |out| changes::write_text(&comparison, detail, out)),
            ComparisonFormat::Markdown => changes::write_markdown(&comparison, detail, out),
            ComparisonFormat::Json => render::json::write(&changes::Changes::new(&comparison), out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
