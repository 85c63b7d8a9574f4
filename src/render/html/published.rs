//! The published tables of a page: one row per system, which leads to its evidence; columns for latency, throughput and energy
//! are shown by a switch.

use serde::Serialize;

use super::index::anchor;
use crate::render::page::{Cell, ColumnKind, ResultsPage, Table};
use crate::render::publication::LeftOut;
use crate::render::untrusted::Untrusted;

/// The tables as the template reads them.
#[derive(Debug, Serialize)]
pub struct Published {
    tables: Vec<PublishedTable>,
    left_out: Vec<(String, String)>,
    /// Whether any table has energies.
    energy: bool,
}

#[derive(Debug, Serialize)]
struct PublishedTable {
    title: String,
    targets: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    kind: ColumnKind,
    /// Heading of a latency while throughputs are shown.
    throughput: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    submitter: String,
    device: String,
    cells: Vec<Figure>,
}

#[derive(Debug, Serialize)]
struct Figure {
    text: String,
    throughput: Option<String>,
    value: String,
    struck: Option<String>,
    link: Option<String>,
    /// Anchor of the evidence.
    anchor: Option<String>,
    /// Per cent of the largest figure of the column.
    bar: Option<u32>,
}

/// Columns that every row shows in its heading: ID, submitter and device.
const HEADING: usize = 3;

impl Published {
    /// Builds the tables of a results page.
    pub fn new(page: &ResultsPage) -> Self {
        let left_out = page.left_out.iter();
        let safe = |LeftOut { result, reason }: &LeftOut| (Untrusted(result).for_html(), Untrusted(reason).for_html());
        Self {
            tables: page.tables.iter().map(table).collect(),
            left_out: left_out.map(safe).collect(),
            energy: page.tables.iter().any(|table| table.kinds.contains(&ColumnKind::Energy)),
        }
    }
}

fn table(table: &Table) -> PublishedTable {
    let is_used = |column: &usize| table.lines.iter().any(|line| !line[*column].text.is_empty());
    // Figures come before what describes the system; a column without any text is left out.
    let order = |column: &usize| table.kinds[*column] == ColumnKind::System;
    let mut columns: Vec<usize> = (HEADING..table.head.len()).filter(is_used).collect();
    columns.sort_by_key(order);
    let largest = |column: usize| table.lines.iter().filter_map(|line| line[column].value).fold(0.0, f64::max);
    let largest: Vec<f64> = (0..table.head.len()).map(largest).collect();
    let row = |line: &Vec<Cell>| Row {
        id: line[0].text.clone(),
        submitter: line[1].text.clone(),
        device: line[2].text.clone(),
        cells: columns.iter().map(|column| figure(&line[*column], table.kinds[*column], largest[*column])).collect(),
    };
    PublishedTable {
        title: table.title.clone(),
        targets: table.targets.clone(),
        columns: columns.iter().map(|column| heading(&table.head[*column], table.kinds[*column])).collect(),
        rows: table.lines.iter().map(row).collect(),
    }
}

fn heading(name: &str, kind: ColumnKind) -> Column {
    let throughput = (kind == ColumnKind::Latency).then(|| name.replace("latency in ms", "throughput in inf/s"));
    Column { name: name.to_owned(), kind, throughput }
}

fn figure(cell: &Cell, kind: ColumnKind, largest: f64) -> Figure {
    let has_bar = matches!(kind, ColumnKind::Latency | ColumnKind::Energy) && cell.struck.is_none() && largest > 0.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 100
    let share = |value: f64| (100.0 * value / largest).round() as u32;
    Figure {
        text: cell.text.clone(),
        throughput: cell.throughput.clone(),
        value: cell.value.map_or_else(String::new, |value| value.to_string()),
        struck: cell.struck.clone(),
        link: cell.link.clone(),
        anchor: cell.result.as_deref().map(anchor),
        bar: cell.value.filter(|_| has_bar).map(share),
    }
}
