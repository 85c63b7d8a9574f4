//! The tables of results as they are published.

use serde::Serialize;

use crate::tell::publication::{Line, Row, Shown, Table, link};
use crate::tell::text::printable;

/// A table of one division.
#[derive(Debug, Serialize)]
pub struct PageTable {
    division: String,
    open: bool,
    energy: bool,
    benchmarks: Vec<String>,
    groups: Vec<GroupPart>,
}

#[derive(Debug, Serialize)]
struct GroupPart {
    availability: String,
    lines: Vec<LinePart>,
}

#[derive(Debug, Serialize)]
struct LinePart {
    texts: Vec<String>,
    cells: Vec<CellPart>,
    details: String,
    code: String,
}

#[derive(Debug, Serialize)]
struct CellPart {
    text: String,
    invalid: bool,
}
/// A table with links into a repository.
pub fn page_table(table: &Table<'_>, repository: &str) -> PageTable {
    let open = table.division != "closed";
    let energy = table.has_energy();
    let groups = table
        .groups
        .iter()
        .map(|(availability, lines)| GroupPart {
            availability: printable(availability),
            lines: lines.iter().map(|line| line_part(table, line, open, energy, repository)).collect(),
        })
        .collect();
    let benchmarks = table.benchmarks.iter().map(|name| printable(name)).collect();
    PageTable { division: printable(table.division), open, energy, benchmarks, groups }
}

fn line_part(table: &Table<'_>, line: &Line<'_>, open: bool, energy: bool, repository: &str) -> LinePart {
    let field = |key: &str| printable(&line.field(key));
    let mut texts = vec![
        printable(&line.system.submitter),
        printable(&line.device()),
        field("Processor(s) Name"),
        field("Accelerator"),
        field("Inference Framework"),
    ];
    if open {
        texts.push(printable(line.model));
    }
    let mut cells = Vec::new();
    let cell = |text: Option<String>, shown: Option<&Shown>| CellPart {
        invalid: text.is_some() && shown.is_some_and(|shown| !shown.stands),
        text: text.unwrap_or_default(),
    };
    let as_text = |shown: Option<&Shown>| cell(shown.map(|shown| shown.text.clone()), shown);
    for name in &table.benchmarks {
        let row = line.results.get(name).copied();
        let throughput = row.and_then(|row| row.throughput.as_ref());
        cells.push(cell(row.and_then(Row::latency_ms).map(crate::tell::decimals), throughput));
        if open {
            cells.push(as_text(row.and_then(|row| row.quality.as_ref())));
        }
    }
    if energy {
        cells.extend(
            table.benchmarks.iter().map(|name| as_text(line.results.get(name).and_then(|row| row.energy.as_ref()))),
        );
    }
    LinePart {
        texts,
        cells,
        details: link(repository, line.system, "results"),
        code: link(repository, line.system, "code"),
    }
}
