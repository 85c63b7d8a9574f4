//! `tinyaudit letters`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::{open_tree, print};
use super::{ChosenRound, Input, PreviousRound, ReportNeeds};
use crate::render::letter;
use crate::render::untrusted::Untrusted;
use crate::submit::output;

const EXAMPLES: &str = "\
Examples:
  tinyaudit letters v1.3 --round v1.3 --out letters                   one file per submitter
  tinyaudit letters v1.3 --waivers decisions.yaml --out letters --by 2026-01-31";

/// Arguments of `tinyaudit letters`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Letters {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: PreviousRound,
    /// Folder for the letters, `<division>-<submitter>.md`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Date by which the letters ask for an answer, for example 2026-01-31
    #[arg(long, value_name = "DAY")]
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
        let report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        let mut written = vec![said];
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (submitter, own) in letter::by_submitter(&report) {
            let division = if submitter.division.is_empty() { "no-division" } else { &submitter.division };
            // A name that is too long for a file, or already taken, is cut and gets its number in the list.
            let name = Untrusted(&format!("{division}-{}", submitter.name)).for_terminal();
            let whole = name.len() <= LONGEST_NAME && names.insert(name.clone());
            let cut = name.floor_char_boundary(LONGEST_NAME);
            let name = if whole { name } else { format!("{}-{}", &name[..cut], written.len()) };
            let path = self.out.join(format!("{name}.md"));
            output::write(&path, self.force, |out| letter::write(&report, (submitter, &own), self.by.as_deref(), out))
                .map_err(|error| anyhow::anyhow!("{}: {error}; use --force to overwrite", path.display()))?;
            written.push(format!("wrote {}", path.display()));
        }
        print(|out| written.iter().try_for_each(|line| writeln!(out, "{line}")))?;
        Ok(ExitCode::SUCCESS)
    }
}
