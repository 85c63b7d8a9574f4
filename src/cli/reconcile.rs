//! `tinyaudit reconcile`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Input, Output, ReportNeeds, load_named_round};
use crate::audit::report::Report;
use crate::parse::sheet::{self, Sheet};
use crate::render;
use crate::render::reconciliation::{self, Reconciliation, Unit};
use crate::source::read_at_most;

const EXAMPLES: &str = "\
Examples:
  tinyaudit reconcile summary.csv v1.2                         the summary of the official checker
  tinyaudit reconcile final_report.xlsx v1.3 --round v1.3      the final report
  tinyaudit reconcile results.csv v1.3 --unit ms               a sheet that does not state a unit
  tinyaudit reconcile README.md v1.3 --submitter ExampleCo     the tables of a README

Exit codes: 0 all figures are equal to the printed digits, 1 something differs, 2 nothing could be compared.";

/// Maximum size of a table's file in bytes.
const MAX_FILE: u64 = 16 << 20;

/// Arguments of `tinyaudit reconcile`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reconcile {
    /// Published table: CSV, TSV, xlsx or Markdown
    ///
    /// Headings are recognised by their words: a row per result, or a row per system.
    table: PathBuf,
    #[command(flatten)]
    input: Input,
    /// Unit of speeds or energies that do not state one: ms, us, inf/s, uJ, mJ, mW or uW
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    unit: Option<Unit>,
    /// Folder or package of an earlier round, in which figures that differ are searched for; repeatable
    ///
    /// The folder's name is the name of its round.
    #[arg(long, value_name = "DIR")]
    previous: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Plain text
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON object (schemas/reconcile.schema.json)
    Json,
    /// One file for a browser
    Html,
}

fn unit(text: &str) -> Result<Unit, String> {
    Unit::named(text).ok_or_else(|| "expected ms, us, inf/s, uJ, mJ, mW or uW".to_owned())
}

/// Reads the tables of a file.
fn sheets_of(path: &Path) -> anyhow::Result<Vec<Sheet>> {
    let shown = path.display();
    let bytes = read_at_most(path, MAX_FILE).map_err(anyhow::Error::msg)?;
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let sheets = if bytes.starts_with(b"PK") {
        sheet::workbook(&bytes)
    } else if ["md", "markdown"].contains(&ending.as_str()) {
        sheet::markdown(&String::from_utf8_lossy(&bytes))
    } else {
        sheet::separated(&bytes).map(|sheet| vec![sheet])
    };
    sheets.map_err(|error| anyhow::anyhow!("{shown} is not a table: {error}"))
}

impl Reconcile {
    /// Compares and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let sheets = sheets_of(&self.table)?;
        let tree = super::open_tree(&self.input.dir)?;
        let chosen = self.input.round(&tree)?;
        chosen.certain("reconcile")?;
        let report = self.input.report(&tree, chosen.round, self.input.waivers()?.as_ref(), ReportNeeds::default())?;
        let earlier: Vec<Report> =
            self.previous.iter().map(|path| load_named_round(path)).collect::<anyhow::Result<_>>()?;
        let name = self.table.file_name().unwrap_or_default().to_string_lossy();
        let found = Reconciliation::new(&name, &sheets, &report, self.unit, &earlier.iter().collect::<Vec<_>>());
        self.output.deliver(|out| match self.format {
            Format::Text => reconciliation::write_text(&found, out),
            Format::Markdown => reconciliation::write_markdown(&found, out),
            Format::Json => render::json::write(&found, out),
            Format::Html => render::html::reconciliation::write(&found, out),
        })?;
        if found.rows.is_empty() {
            anyhow::bail!("{name}: no figures were recognised; headings name the benchmark, the figure and its unit");
        }
        Ok(if found.agrees() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
