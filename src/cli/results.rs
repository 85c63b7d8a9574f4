//! `tinyaudit results`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::{deliver, open_tree, refuse_terminal, remark, terminal_width};
use super::{Before, ChosenRound, Input, Wanted, known_name};
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render;
use crate::render::page::ResultsPage;
use crate::render::publication::{self, Filter, LeftOut, Row, Selection};

const EXAMPLES: &str = "\
Examples:
  tinyaudit results --round v1.3 submission                    claimed beside recomputed
  tinyaudit results v1.3 --round v1.3 --format markdown        the page that is published
  tinyaudit results v1.3 --round v1.3 --format xlsx --out r.xlsx
  tinyaudit results submission --benchmark ic --format csv     one benchmark, for programs";

/// List one row per system and benchmark, or write the tables that are published.
///
/// `table` and `json` show every result, claimed beside recomputed. The other formats hold only valid results with
/// recomputed figures, unless told otherwise; what they leave out is listed on stderr.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Results {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: Before,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of stdout, which is `-`, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace that file if it is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Only this division
    #[arg(long, value_name = "NAME")]
    division: Option<String>,
    /// Only this benchmark; several separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    benchmark: Vec<String>,
    /// Keep results that are not valid, marked
    #[arg(long, conflicts_with = "published")]
    include_invalid: bool,
    /// Every result with its claimed figures, whatever was found: the table as it was published
    #[arg(long)]
    published: bool,
    /// The repository that rows link to, the name of one of MLCommons' or an address [default: the round's public one; in
    /// xlsx that of the final report]
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    #[default]
    Table,
    /// The results page: a table a division, grouped by availability
    Markdown,
    /// A line a result
    Csv,
    /// One JSON object (schemas/results.schema.json)
    Json,
    /// The summary of the official checker
    OfficialCsv,
    /// The final report as a workbook
    Xlsx,
    /// The results page and every result's evidence, one file
    Html,
}

impl Results {
    /// Recomputes and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.format == Format::Xlsx {
            refuse_terminal(self.out.as_deref(), "a workbook")?;
        }
        let tree = open_tree(&self.input.dir)?;
        let ChosenRound { round, said, .. } = self.input.round(&tree)?;
        let earlier = self.before.earlier(&round.name)?;
        let wanted = Wanted { evidence: self.format == Format::Html, earlier };
        let report = self.input.report(&tree, round, self.input.waivers()?.as_ref(), wanted)?;
        let names = |name: &dyn Fn(&System, &Benchmark) -> String| {
            report.results().map(|(system, benchmark)| name(system, benchmark)).collect::<BTreeSet<String>>()
        };
        let divisions = names(&|system, _| system.division.clone());
        let benchmarks = names(&|_, benchmark| benchmark.short_name().to_owned());
        let filter = Filter {
            division: self.division.as_ref().map(|wanted| known_name("division", wanted, &divisions)).transpose()?,
            benchmarks: self
                .benchmark
                .iter()
                .map(|wanted| known_name("benchmark", wanted, &benchmarks))
                .collect::<anyhow::Result<_>>()?,
        };
        let out = |render: &dyn Fn(&mut dyn Write) -> io::Result<()>| deliver(self.out.as_deref(), self.force, render);
        match self.format {
            Format::Table => out(&|out| {
                writeln!(out, "{said}")?;
                render::table::write(&report, &filter, terminal_width(), out)
            })?,
            Format::Json => out(&|out| render::json::write(&render::json::Results::of(&report, &filter), out))?,
            _ => {
                let (rows, left_out) = publication::rows(&report, self.selection(), &filter);
                out(&|out| self.write(&report, &rows, &left_out, out))?;
                list(&left_out);
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn selection(&self) -> Selection {
        match (self.published, self.include_invalid) {
            (true, _) => Selection::AsPublished,
            (false, true) => Selection::Marked,
            (false, false) => Selection::Valid,
        }
    }

    fn write(&self, report: &Report, rows: &[Row<'_>], left_out: &[LeftOut], out: &mut dyn Write) -> io::Result<()> {
        let round = &report.round;
        let repository = |own: &str| self.repository.as_deref().unwrap_or(own).to_owned();
        let page = || ResultsPage::of(rows, left_out, round, &repository(&round.publication.public_repository));
        match self.format {
            Format::Csv => render::csv::write(rows, out),
            Format::OfficialCsv => render::csv::write_official(rows, round, self.selection(), out),
            Format::Xlsx => render::xlsx::write(rows, left_out, round, &repository(&round.publication.repository), out),
            Format::Html => render::html::write_results(report, rows, &page(), out),
            Format::Markdown | Format::Table | Format::Json => render::markdown::write(&page(), out),
        }
    }
}

/// Says what is not in a published table.
fn list(left_out: &[LeftOut]) {
    for LeftOut { result, reason } in left_out {
        remark(&format!("left out: {result}: {reason}"));
    }
}
