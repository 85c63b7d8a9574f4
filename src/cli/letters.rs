//! `tinyaudit letters`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::streams::{open_tree, print};
use super::{Before, Input, Wanted};
use crate::keep::output;
use crate::tell::letter;

const EXAMPLES: &str = "\
Examples:
  tinyaudit letters v1.3 --round v1.3 --out letters                   one file a submitter
  tinyaudit letters v1.3 --waivers decisions.yaml --out letters --by 2026-01-31";

/// Write a letter to every submitter: what changes a figure, with lines, rule and what is asked, then the smaller things.
///
/// A letter holds nothing of other submitters.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Letters {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: Before,
    /// The folder for the letters, `<division>-<submitter>.md`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The day until which an answer is asked for
    #[arg(long, value_name = "DAY")]
    by: Option<String>,
    /// Replace letters that are there
    #[arg(long)]
    force: bool,
}

impl Letters {
    /// Checks and writes.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let tree = open_tree(&self.input.dir)?;
        let (round, said) = self.input.round(&tree)?;
        let wanted = Wanted { earlier: self.before.earlier(&round.name)?, evidence: false };
        let report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        let mut written = vec![said];
        for submitter in &report.submission.submitters {
            let division = if submitter.division.is_empty() { "no-division" } else { &submitter.division };
            let path = self.out.join(format!("{division}-{}.md", submitter.name));
            output::write(&path, self.force, |out| letter::write(&report, submitter, self.by.as_deref(), out))
                .map_err(|error| anyhow::anyhow!("{}: {error}; --force replaces it", path.display()))?;
            written.push(format!("wrote {}", path.display()));
        }
        print(|out| written.iter().try_for_each(|line| writeln!(out, "{line}")))?;
        Ok(ExitCode::SUCCESS)
    }
}
