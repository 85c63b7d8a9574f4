//! `tinyaudit fix`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::streams::{open_tree, print};
use super::{Input, Wanted};
use crate::submit::journal::Journals;
use crate::submit::mending;

const EXAMPLES: &str = "\
Examples:
  tinyaudit fix submission            the plan
  tinyaudit fix submission --apply    do it
  tinyaudit fix submission --undo     take it back

It removes files left by operating systems and editors and empty folders, renames files and folders that are misspelled,
puts markers in their place, and corrects the spelling of description keys and of `Status`. All else is left to you.";

/// Fix what needs no judgement: junk files, empty folders, misspelled names, misplaced markers, spellings in descriptions.
///
/// Shows the plan; `--apply` does it, `--undo` takes back the last `--apply`, unless a file was made or edited there since.
/// Logs, traces and results are never edited.
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
            bail!("{} is not a folder; a package is fixed where it was made", root.display());
        }
        let whole = dunce::canonicalize(root)?;
        let journals = Journals::of(&whole, &state()?)?;
        if self.undo {
            let steps = journals.undo()?.context("there is nothing to undo; nothing was fixed here")?;
            print(|out| writeln!(out, "undone: {steps} {}", if steps == 1 { "change" } else { "changes" }))?;
            return Ok(ExitCode::SUCCESS);
        }
        // Folders under another name hide what they hold: once they have their names, there may be more to fix.
        let mut taken = 0;
        for pass in 1..=MOST_PASSES {
            let tree = open_tree(root)?;
            let round = self.input.round(&tree)?;
            if self.apply {
                round.certain("fix --apply")?;
            }
            let report = self.input.report(&tree, round.round, self.input.waivers()?.as_ref(), Wanted::default())?;
            let steps = mending::plan(&tree, &report);
            if !self.apply || steps.is_empty() || pass == MOST_PASSES {
                return print(|out| {
                    if !self.apply {
                        steps.iter().try_for_each(|step| writeln!(out, "{step}"))?;
                    }
                    match (steps.len(), taken) {
                        (0, 0) => writeln!(out, "nothing to fix"),
                        (_, taken @ 1..) => {
                            let kept = journals.kept().display();
                            let changes = if taken == 1 { "change" } else { "changes" };
                            writeln!(
                                out,
                                "{taken} {changes} made; --undo takes back all of it, what was removed is in {kept}"
                            )
                        }
                        (1, _) => writeln!(out, "1 change; run with --apply to make it"),
                        (count, _) => writeln!(out, "{count} changes; run with --apply to make them"),
                    }
                })
                .map(|()| ExitCode::SUCCESS);
            }
            let shown: Vec<String> = steps.iter().map(ToString::to_string).collect();
            journals.apply(steps, taken > 0)?;
            taken += shown.len();
            print(|out| shown.iter().try_for_each(|step| writeln!(out, "done: {step}")))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// After each pass more may be seen; folders are not nested deeper than this.
const MOST_PASSES: usize = 5;

/// The user's folder of state, where no file of a submission comes from.
fn state() -> anyhow::Result<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || of("HOME").map(|home| home.join(".local").join("state"));
    let folder =
        of("XDG_STATE_HOME").filter(|folder| folder.is_absolute()).or_else(|| of("LOCALAPPDATA")).or_else(home);
    let folder =
        folder.context("neither XDG_STATE_HOME nor HOME names a folder in which to write down what is done")?;
    Ok(folder.join("tinyaudit"))
}
