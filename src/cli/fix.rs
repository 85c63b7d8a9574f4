//! `tinyaudit fix`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::streams::{open_tree, print};
use super::{Input, ReportNeeds};
use crate::submit::fixing;
use crate::submit::journal::Journals;

const EXAMPLES: &str = "\
Examples:
  tinyaudit fix submission            print the planned changes
  tinyaudit fix submission --apply    make the changes
  tinyaudit fix submission --undo     revert the last --apply

Removes files left by operating systems and editors, and empty folders. Renames misspelled files and folders, moves or
adds markers, and corrects the spelling of description keys and of `Status`. Fix all other findings by hand.";

/// Arguments of `tinyaudit fix`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Fix {
    #[command(flatten)]
    input: Input,
    /// Make the planned changes
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Revert the last --apply
    #[arg(long)]
    undo: bool,
}

impl Fix {
    /// Prints, makes or reverts the changes.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let root = &self.input.dir;
        if !root.is_dir() {
            bail!("{} is not a folder; fix the folder that the package was made from", root.display());
        }
        let whole = dunce::canonicalize(root)?;
        let journals = Journals::new(&whole, &state()?)?;
        if self.undo {
            let steps = journals.undo()?.context("there is nothing to undo: no changes were made in this folder")?;
            print(|out| writeln!(out, "undone: {steps} {}", if steps == 1 { "change" } else { "changes" }))?;
            return Ok(ExitCode::SUCCESS);
        }
        // A misspelled folder hides its contents. After it is renamed, there may be more to fix.
        let mut made = 0;
        for pass in 1..=MOST_PASSES {
            let tree = open_tree(root)?;
            let round = self.input.round(&tree)?;
            if self.apply {
                round.certain("fix --apply")?;
            }
            let report =
                self.input.report(&tree, round.round, self.input.waivers()?.as_ref(), ReportNeeds::default())?;
            let steps = fixing::plan(&tree, &report);
            if !self.apply || steps.is_empty() || pass == MOST_PASSES {
                return print(|out| {
                    if !self.apply {
                        steps.iter().try_for_each(|step| writeln!(out, "{step}"))?;
                    }
                    match (steps.len(), made) {
                        (0, 0) => writeln!(out, "nothing to fix"),
                        (_, made @ 1..) => {
                            let kept = journals.kept().display();
                            let changes = if made == 1 { "change" } else { "changes" };
                            writeln!(
                                out,
                                "{made} {changes} made; --undo reverts all of them; removed files are kept in {kept}"
                            )
                        }
                        (1, _) => writeln!(out, "1 change; run with --apply to make it"),
                        (count, _) => writeln!(out, "{count} changes; run with --apply to make them"),
                    }
                })
                .map(|()| ExitCode::SUCCESS);
            }
            let shown: Vec<String> = steps.iter().map(ToString::to_string).collect();
            journals.apply(steps, made > 0)?;
            made += shown.len();
            print(|out| shown.iter().try_for_each(|step| writeln!(out, "done: {step}")))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Maximum number of passes: each may reveal more fixes, but folders are not nested deeper than this.
const MOST_PASSES: usize = 5;

/// Returns the user's folder for state, which no submission can write to.
fn state() -> anyhow::Result<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || of("HOME").map(|home| home.join(".local").join("state"));
    let folder =
        of("XDG_STATE_HOME").filter(|folder| folder.is_absolute()).or_else(|| of("LOCALAPPDATA")).or_else(home);
    let folder = folder.context("neither XDG_STATE_HOME nor HOME names a folder for the record of changes")?;
    Ok(folder.join("tinyaudit"))
}
