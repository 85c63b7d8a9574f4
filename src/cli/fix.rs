//! `tinyaudit fix`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::streams::{open_tree, print, print_info};
use super::{Input, ReportNeeds, Waivers, expect_known_rule};
use crate::render::text::counted;
use crate::submit::fixing::{self, Step};
use crate::submit::journal::Journals;

const EXAMPLES: &str = "\
Examples:
  tinyaudit fix submission            print the planned changes
  tinyaudit fix submission --apply    make the changes
  tinyaudit fix submission --rule operating-system-dropping --apply
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
    /// Only changes of the files and folders that findings of this rule name
    #[arg(long, value_name = "RULE", conflicts_with = "undo")]
    rule: Option<String>,
    /// Revert the last --apply
    #[arg(long)]
    undo: bool,
}

impl Fix {
    /// Prints, makes or reverts the changes.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let root = &self.input.dir;
        let journals = journals(root)?;
        if self.undo {
            let steps = journals.undo()?.context("there is nothing to undo: no changes were made in this folder")?;
            print(|out| writeln!(out, "undone: {}", counted(steps, "change")))?;
            return Ok(ExitCode::SUCCESS);
        }
        let rule = self.rule.as_deref();
        expect_known_rule(rule)?;
        let waivers = self.input.waivers()?;
        if !self.apply {
            let steps = planned(&self.input, waivers.as_ref(), rule, false)?;
            print(|out| {
                steps.iter().try_for_each(|step| writeln!(out, "{step}"))?;
                match steps.len() {
                    0 if rule.is_some() => writeln!(out, "no change is planned for a file that this rule names"),
                    0 => writeln!(out, "nothing to fix"),
                    1 => writeln!(out, "1 change; run with --apply to make it"),
                    count => writeln!(out, "{}; run with --apply to make them", counted(count, "change")),
                }
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        let made = apply(&self.input, waivers.as_ref(), rule, &mut |step| print(|out| writeln!(out, "done: {step}")))?;
        print(|out| match made {
            0 => writeln!(out, "nothing to fix"),
            made => writeln!(out, "{}", what_was_made(made, &journals)),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn what_was_made(made: usize, journals: &Journals) -> String {
    let kept = journals.kept().display();
    format!("{} made; --undo reverts all of them; removed files are kept in {kept}", counted(made, "change"))
}

fn journals(root: &Path) -> anyhow::Result<Journals> {
    if !root.is_dir() {
        bail!("{} is not a folder; fix the folder that the package was made from", root.display());
    }
    Ok(Journals::new(&dunce::canonicalize(root)?, &state()?)?)
}

/// Returns the changes that can be made, those of a rule if one is given. `certain` says that the round must not be a guess.
fn planned(input: &Input, waivers: Option<&Waivers>, rule: Option<&str>, certain: bool) -> anyhow::Result<Vec<Step>> {
    let tree = open_tree(&input.dir)?;
    let round = input.round(&tree)?;
    if certain {
        round.certain("fix --apply")?;
    }
    let report = input.report(&tree, round.round, waivers, ReportNeeds::default())?;
    let mut steps = fixing::plan(&tree, &report);
    if let Some(rule) = rule {
        steps.retain(|step| step.is_for(rule, &report));
    }
    Ok(steps)
}

/// Makes the changes, reports each, and returns their number.
fn apply(
    input: &Input,
    waivers: Option<&Waivers>,
    rule: Option<&str>,
    report: &mut dyn FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let journals = journals(&input.dir)?;
    let mut made = 0;
    // A misspelled folder hides its contents. After it is renamed, there may be more to fix.
    for _ in 0..MOST_PASSES {
        let steps = planned(input, waivers, rule, true)?;
        if steps.is_empty() {
            break;
        }
        let shown: Vec<String> = steps.iter().map(ToString::to_string).collect();
        journals.apply(steps, made > 0)?;
        made += shown.len();
        shown.iter().try_for_each(|step| report(step))?;
    }
    Ok(made)
}

/// Makes all changes before a check, and says on stderr what was done.
///
/// # Errors
/// When the input is not a folder, its round is a guess, or a change fails.
pub(super) fn apply_before_check(input: &Input, waivers: Option<&Waivers>) -> anyhow::Result<()> {
    let made = apply(input, waivers, None, &mut |step| {
        print_info(&format!("done: {step}"));
        Ok(())
    })?;
    if made > 0 {
        print_info(&what_was_made(made, &journals(&input.dir)?).replace("--undo", "`tinyaudit fix --undo`"));
    }
    Ok(())
}

/// Maximum number of passes: each may reveal more fixes, but folders are not nested deeper than this.
const MOST_PASSES: usize = 4;

/// Returns the user's folder for state, which no submission can write to.
fn state() -> anyhow::Result<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || of("HOME").map(|home| home.join(".local").join("state"));
    let folder =
        of("XDG_STATE_HOME").filter(|folder| folder.is_absolute()).or_else(|| of("LOCALAPPDATA")).or_else(home);
    let folder = folder.context("neither XDG_STATE_HOME nor HOME names a folder for the record of changes")?;
    Ok(folder.join("tinyaudit"))
}
