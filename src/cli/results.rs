//! `tinyaudit results`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::{open_tree, print_info, refuse_terminal, styled, terminal_width};
use super::{ChosenRound, Input, Output, PreviousRound, ReportNeeds, known_name};
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render;
use crate::render::page::ResultsPage;
use crate::render::publication::{self, Filter, LeftOut, Row, Selection};

const EXAMPLES: &str = "\
Examples:
  tinyaudit results --round v1.3 submission                    claimed and recomputed figures
  tinyaudit results v1.3 --round v1.3 --format markdown        the published page
  tinyaudit results v1.3 --round v1.3 --format xlsx --out r.xlsx
  tinyaudit results submission --benchmark ic --format csv     one benchmark, for programs";

/// Arguments of `tinyaudit results`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Results {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    before: PreviousRound,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    output: Output,
    /// Only this division
    #[arg(long, value_name = "NAME")]
    division: Option<String>,
    /// Only this benchmark; repeatable or comma-separated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    benchmark: Vec<String>,
    /// Include results that are not valid, with a mark
    #[arg(long, conflicts_with = "published")]
    include_invalid: bool,
    /// Include every result with its claimed figures, as it was published
    #[arg(long)]
    published: bool,
    /// Repository that rows link to: name of an MLCommons repository, or URL
    ///
    /// Default: the round's public repository; for xlsx the repository of the final report.
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text table
    #[default]
    Table,
    /// Results page: one table per division, grouped by availability
    Markdown,
    /// One line per result
    Csv,
    /// One JSON object (schemas/results.schema.json)
    Json,
    /// One line per system, with the figures of all benchmarks
    WideCsv,
    /// Results page as one JSON object (schemas/page.schema.json)
    PageJson,
    /// Summary in the format of the official checker
    OfficialCsv,
    /// Final report as a workbook
    Xlsx,
    /// Results page with the evidence of every result, one file for a browser
    Html,
}

impl Results {
    /// Recomputes the figures and prints the results.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.format == Format::Xlsx {
            refuse_terminal(self.output.out.as_deref(), "a workbook")?;
        }
        let tree = open_tree(&self.input.dir)?;
        let ChosenRound { round, said, .. } = self.input.round(&tree)?;
        let earlier = self.before.earlier(&round.name)?;
        let wanted = ReportNeeds { evidence: self.format == Format::Html, earlier, weights: true };
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
        let out = |render: &dyn Fn(&mut dyn Write) -> io::Result<()>| self.output.deliver(render);
        match self.format {
            Format::Table => out(&|out| {
                writeln!(out, "{said}")?;
                let width = terminal_width().map(usize::from);
                render::table::write(&report, &filter, render::table::Layout { width, styled: styled() }, out)
            })?,
            Format::Json => out(&|out| render::json::write(&render::json::Results::new(&report, &filter), out))?,
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
        let page = || ResultsPage::new(rows, left_out, round, &repository(&round.publication.public_repository));
        match self.format {
            Format::Csv => render::csv::write(rows, out),
            Format::PageJson => render::json::write(&page(), out),
            Format::WideCsv => render::csv::write_wide(rows, round, out),
            Format::OfficialCsv => render::csv::write_official(rows, round, self.selection(), out),
            Format::Xlsx => render::xlsx::write(rows, left_out, round, &repository(&round.publication.repository), out),
            Format::Html => render::html::write_results(report, rows, &page(), out),
            Format::Markdown | Format::Table | Format::Json => render::markdown::write(&page(), out),
        }
    }
}

/// Prints on stderr which results are left out of a table.
fn list(left_out: &[LeftOut]) {
    for LeftOut { result, reason } in left_out {
        print_info(&format!("left out: {result}: {reason}"));
    }
}
