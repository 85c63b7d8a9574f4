//! `tinyaudit letters`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::{deliver, open_tree, print};
use super::{Absent, ChosenRound, Input, PreviousRound, ReportNeeds};
use crate::render::letter::{self, LetterFormat, Recipient};
use crate::render::untrusted::Untrusted;
use crate::submit::output;

const EXAMPLES: &str = "\
Examples:
  tinyaudit letters v1.3 --round v1.3 --out letters                   one file per submitter
  tinyaudit letters v1.3 --waivers decisions.yaml --out letters --by 2026-01-31
  tinyaudit letters v1.3 --previous v1.2 --format text --out mails     plain text, for mails";

/// Arguments of `tinyaudit letters`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Letters {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: PreviousRound,
    #[command(flatten)]
    absent: Absent,
    /// Folder for the letters, `<division>-<submitter>.md`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: LetterFormat,
    /// Date by which the letters ask for an answer, for example 2026-01-31
    #[arg(long, value_name = "DAY", value_parser = day)]
    by: Option<String>,
    /// Overwrite existing output
    #[arg(long)]
    force: bool,
}

/// Maximum length in bytes of a letter's file name, without number and extension.
const LONGEST_NAME: usize = 200;

impl Letters {
    /// Checks the round and writes the letters.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let tree = open_tree(&self.input.dir)?;
        let chosen = self.input.round(&tree)?;
        chosen.certain("letters")?;
        let ChosenRound { round, said, .. } = chosen;
        let wanted = ReportNeeds { earlier: self.before.earlier(&round.name)?, ..ReportNeeds::default() };
        let mut report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        self.absent.mark(&mut report)?;
        let extension = self.format.extension();
        let mut written = vec![said];
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (number, to) in Recipient::all(&report).iter().enumerate() {
            if let Some(why) = to.nothing_to_ask() {
                let name = Untrusted(&to.submitter.full_name()).for_terminal();
                written.push(format!("no letter to `{name}`: {why}"));
                continue;
            }
            let path = self.out.join(format!(
                "{}.{extension}",
                file_name(&to.submitter.division, &to.submitter.name, number + 1, &mut names)
            ));
            deliver(Some(&path), self.force, |out| letter::write(&report, to, self.by.as_deref(), self.format, out))?;
            written.push(format!("wrote {}", output::shown(&path)));
        }
        print(|out| written.iter().try_for_each(|line| writeln!(out, "{line}")))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Parses a date.
fn day(text: &str) -> Result<String, String> {
    let date = text.parse::<jiff::civil::Date>().ok().map(|date| date.to_string());
    date.filter(|date| date == text).ok_or_else(|| "expected a date such as 2026-01-31".to_owned())
}

/// Returns the name of a letter's file without extension. A name that is too long, or already taken on a file system that
/// ignores case, ends with the submitter's number.
fn file_name(division: &str, submitter: &str, number: usize, names: &mut BTreeSet<String>) -> String {
    let division = if division.is_empty() { "no-division" } else { division };
    let whole = Untrusted(&format!("{division}-{submitter}")).for_terminal();
    let mut name = whole[..whole.floor_char_boundary(LONGEST_NAME)].to_owned();
    if name.len() < whole.len() || names.contains(&name.to_lowercase()) {
        name = format!("{name}-{number}");
        while names.contains(&name.to_lowercase()) {
            name.push('_');
        }
    }
    names.insert(name.to_lowercase());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_submitter_has_a_file_of_its_own() {
        let mut names = BTreeSet::new();
        let long = "x".repeat(300);
        let files: Vec<String> = ["Co", "co", "Co-2", "a\u{7}b", "a\u{8}b", &long, &long]
            .iter()
            .enumerate()
            .map(|(index, name)| file_name("closed", name, index + 1, &mut names))
            .collect();
        assert_eq!(files[..3], ["closed-Co", "closed-co-2", "closed-Co-2-3"]);
        assert_eq!(names.len(), files.len());
        assert!(files.iter().all(|name| name.len() <= LONGEST_NAME + 4));
    }
}
