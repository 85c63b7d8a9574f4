//! `tinyaudit submission-checker`: takes the place of the official checker.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::streams::{columns, deliver, open_tree, print, styled};
use crate::audit::report::{Loading, Report};
use crate::render::official_log::OfficialVerdict;
use crate::render::publication::{self, Filter, Selection};
use crate::render::text::Layout;
use crate::render::triage::{self, View};
use crate::render::{csv, xlsx};
use crate::round::{Round, Severity};

const EXAMPLES: &str = "\
Examples:
  tinyaudit submission-checker --input results --version v1.4 --csv summary.csv
  tinyaudit submission-checker --input results --version v1.4 --submitter Example --xlsx report.xlsx

The log, on stderr, and the summary are those of the official checker; our findings follow on stdout.
Exit codes: 0 no errors, 1 an error of ours, or a result that the official checker rejects or does not reach because it ends
before, 2 nothing could be checked.";

/// Arguments of `tinyaudit submission-checker`, with the names of the official checker.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[allow(clippy::struct_excessive_bools)] // options of the official checker
pub struct SubmissionChecker {
    /// Folder with `closed` and `open`
    #[arg(long, value_name = "DIR")]
    input: PathBuf,
    /// Round, for example v1.4 [default: the newest]
    #[arg(long, value_name = "ROUND")]
    version: Option<String>,
    /// Check only this submitter
    #[arg(long, value_name = "NAME")]
    submitter: Option<String>,
    /// File for the summary
    #[arg(long, value_name = "FILE", default_value = "summary.csv")]
    csv: PathBuf,
    /// File for the final report, a workbook
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Keep the results of a submitter or system that the official checker rejects as a whole
    #[arg(long)]
    keep_rows: bool,
    /// Overwrite existing output that is not such a summary
    #[arg(long)]
    force: bool,
    /// Accepted for compatibility: the official checker checks no compliance
    #[arg(long = "skip_compliance", hide_short_help = true)]
    skip_compliance: bool,
    /// Accepted for compatibility: `model_mapping.json` of an open submission is always read
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    extra_model_benchmark_map: Option<String>,
    /// Accepted for compatibility, without effect there and here
    #[arg(long, hide_short_help = true)]
    submission_exceptions: bool,
    /// Accepted for compatibility, without effect there and here
    #[arg(long, hide_short_help = true)]
    more_power_check: bool,
    /// Accepted for compatibility: the whole log is always printed
    #[arg(long, hide_short_help = true)]
    debug: bool,
}

/// Whether a file begins with some bytes.
fn begins_with(path: &Path, start: &[u8]) -> bool {
    let mut found = vec![0; start.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut found)).is_ok() && found == start
}

impl SubmissionChecker {
    /// Checks, writes the summary and the log, and lists the findings.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.version.as_deref().unwrap_or(Round::newest()))?;
        let tree = open_tree(&self.input)?;
        let how = Loading { submitter: self.submitter.as_deref(), ..Loading::default() };
        let report = Report::load(&tree, round, how).with_context(|| self.input.display().to_string())?;
        let verdict = OfficialVerdict::new(&report, self.keep_rows, &|path| self.input.join(path).is_dir());
        let (mut rows, _) = publication::rows(&report, Selection::AsPublished, &Filter::default());
        rows.retain(|row| verdict.accepts(row.system, row.benchmark));
        // A summary of an earlier run is replaced, as pipelines expect.
        let is_summary = self.csv.is_file() && begins_with(&self.csv, b"Organization,Availability,Division,");
        deliver(Some(&self.csv), self.force || is_summary, |out| {
            csv::write_official(&rows, &report.round, Selection::AsPublished, out)
        })?;
        if let Some(path) = &self.xlsx {
            deliver(Some(path), self.force, |out| {
                xlsx::write(&rows, &[], &report.round, &report.round.publication.repository, out)
            })?;
        }
        let mut log = Vec::new();
        verdict.write(&rows, &mut log)?;
        // The log is what pipelines read: --quiet does not suppress it.
        std::io::stderr().write_all(&log)?;
        let layout = Layout { width: columns(), styled: styled(), threshold: Severity::Error };
        print(|out| triage::write_concise(&report, &View::default(), layout, out))?;
        let fails = report.fails(Severity::Error) || !verdict.is_ok();
        Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
