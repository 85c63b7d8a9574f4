//! `tinyaudit compare`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::print;
use crate::comparison::compare;
use crate::render::{self, changes};
use crate::report::Report;
use crate::round::Round;
use crate::tree::Tree;

/// Say what changed: results, findings, evidence, and what became of preview systems.
#[derive(Debug, Args)]
pub struct Compare {
    /// The earlier state: a folder or a package
    old: PathBuf,
    /// The later state
    new: PathBuf,
    /// The round of both [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// The round of the earlier state, where it is another
    #[arg(long, value_name = "ROUND")]
    old_round: Option<String>,
    /// How to print the changes
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// In words
    #[default]
    Text,
    /// A Markdown table and lists
    Markdown,
    /// One JSON object (schemas/compare.schema.json)
    Json,
}

impl Compare {
    /// Compares and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = self.round.as_deref().unwrap_or(Round::newest());
        let old = load(&self.old, self.old_round.as_deref().unwrap_or(round))?;
        let new = load(&self.new, round)?;
        let comparison = compare((&old.0, &old.1), (&new.0, &new.1));
        print(|out| match self.format {
            Format::Text => changes::write_text(&comparison, out),
            Format::Markdown => changes::write_markdown(&comparison, out),
            Format::Json => render::json::write(&changes::Changes::of(&comparison), out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn load(path: &Path, round: &str) -> anyhow::Result<(Tree, Report)> {
    let shown = path.display();
    let tree = Tree::open(path).with_context(|| format!("{shown} cannot be read"))?;
    let report = Report::of(&tree, Round::named(round)?, None).with_context(|| shown.to_string())?;
    Ok((tree, report))
}
