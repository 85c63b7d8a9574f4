//! `tinyaudit fix`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::streams::{open_tree, print};
use super::{Input, Wanted};
use crate::keep::mending::{self, Journal};

const EXAMPLES: &str = "\
Examples:
  tinyaudit fix submission            the plan
  tinyaudit fix submission --apply    do it
  tinyaudit fix submission --undo     take it back

It removes files left by operating systems and editors and empty folders, renames files and folders that are misspelled,
puts markers in their place, and corrects the spelling of `Status`. What else `check` reports is yours to mend.";

/// Mend what needs no judgement: junk files, empty folders, misspelled names, misplaced markers, spellings of a status.
///
/// Shows the plan; `--apply` does it, `--undo` takes it back unless a file was made or edited there since. Logs, traces and
/// results are never edited.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Fix {
    #[command(flatten)]
    input: Input,
    /// Do what the plan says
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Take back what was done last
    #[arg(long)]
    undo: bool,
}

impl Fix {
    /// Plans, applies or undoes.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let root = &self.input.dir;
        if !root.is_dir() {
            bail!("{} is no folder; a package is mended where it was made", root.display());
        }
        let kept = kept(root)?;
        if self.undo {
            let journal = Journal::read(&kept).context("there is nothing to undo")?;
            journal.undo(root, &kept)?;
            print(|out| writeln!(out, "undone: {} steps", journal.steps.len()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let tree = open_tree(root)?;
        let (round, _) = self.input.round(&tree)?;
        let report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), Wanted::default())?;
        let steps = mending::plan(&tree, &report);
        print(|out| {
            steps.iter().try_for_each(|step| writeln!(out, "{step}"))?;
            match (steps.is_empty(), self.apply) {
                (true, _) => writeln!(out, "there is nothing to mend"),
                (false, false) if steps.len() == 1 => writeln!(out, "1 step; --apply takes it"),
                (false, false) => writeln!(out, "{} steps; --apply takes them", steps.len()),
                (false, true) => Ok(()),
            }
        })?;
        if self.apply && !steps.is_empty() {
            if kept.symlink_metadata().is_ok() {
                bail!("{} holds what was mended before; undo that, or remove it", kept.display());
            }
            Journal { steps }.apply(root, &kept)?;
            print(|out| writeln!(out, "done; --undo takes it back, as long as {} is there", kept.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Where replaced and removed files are kept: beside the folder, so that they are no part of it.
fn kept(root: &Path) -> anyhow::Result<PathBuf> {
    let root = dunce::canonicalize(root)?;
    let name = root.file_name().context("the root of the file system cannot be mended")?.to_string_lossy().into_owned();
    Ok(root.with_file_name(format!("{name}.tinyaudit-undo")))
}
