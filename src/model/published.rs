//! Published tables as rows of figures, each with its benchmark, metric and unit.
//!
//! Headings are the rows above the first row with a number. A heading of several columns stands only above the first of
//! them. What a figure is follows from all headings above it, the labels beside it, and the heading of the table.

pub(crate) mod headings;

use std::collections::BTreeMap;

use headings::{Field, Meaning, Metric, Number, Unit, field, number};

use crate::parse::sheet::{Sheet, SheetRow};
use crate::round::{Round, Target, Task};

/// A figure of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableFigure {
    /// Texts of the headings above it, joined.
    pub column: String,
    pub benchmark: String,
    pub metric: Metric,
    pub unit: Option<Unit>,
    pub number: Number,
}

/// A row with figures.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableRow {
    /// Name of the sheet, or heading of the table.
    pub sheet: String,
    /// Line of the file, or row of the sheet.
    pub line: usize,
    /// What the row says about its system, in the order of the columns.
    pub fields: Vec<(Field, String)>,
    /// Texts of the row that are in no known column, joined.
    pub label: String,
    pub figures: Vec<TableFigure>,
}

impl TableRow {
    /// Returns what the row says in a field; `None` if the table does not have it.
    pub(crate) fn field(&self, wanted: Field) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == wanted).map(|(_, text)| text.as_str())
    }
}

/// What was read of a table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub rows: Vec<TableRow>,
    /// Figures whose unit is not stated, by their headings.
    pub without_unit: Vec<String>,
    /// Sheets without a recognised heading.
    pub unread: Vec<String>,
    /// Cells in columns of figures that are neither a number nor say that there is none, with their place.
    pub illegible: Vec<String>,
}

/// A column: what its headings say.
#[derive(Debug, Clone, Default)]
struct Column {
    field: Option<Field>,
    text: String,
    meaning: Meaning,
}

/// Reads the tables of a file. `unit` is the unit of figures that do not state one.
pub(crate) fn read(sheets: &[Sheet], round: &Round, unit: Option<Unit>) -> Table {
    let mut table = Table::default();
    for sheet in sheets {
        let before = table.rows.len();
        rows_of(sheet, round, unit, &mut table);
        if table.rows.len() == before && !sheet.rows.is_empty() {
            let name = if sheet.name.is_empty() { "the table" } else { &sheet.name };
            table.unread.push(format!("{name}, from line {} on", sheet.rows[0].line));
        }
    }
    table.without_unit.sort();
    table.without_unit.dedup();
    table
}

fn rows_of(sheet: &Sheet, round: &Round, unit: Option<Unit>, table: &mut Table) {
    let Some(start) = sheet.rows.iter().position(|row| is_heading(row, round)) else { return };
    let count = sheet.rows[start..].iter().take_while(|row| is_heading(row, round)).count();
    let (headings, body) = sheet.rows[start..].split_at(count);
    let columns = columns(headings, round);
    let official = columns.iter().any(|column| column.field == Some(Field::UniqueId));
    let mut words = sheet.name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let division = words.find(|word| ["closed", "open"].contains(&word.as_str()));
    let title = Meaning { metric: None, unit: None, ..Meaning::of(&sheet.name, round) };
    let mut above: BTreeMap<Field, String> = BTreeMap::new();
    for row in body {
        let mut found = TableRow { sheet: sheet.name.clone(), line: row.line, ..TableRow::default() };
        let mut beside = Meaning::default();
        for (column, cell) in columns.iter().zip(row.cells.iter().map(String::as_str).chain(std::iter::repeat(""))) {
            match column.field {
                Some(field) => found.fields.push((field, cell.to_owned())),
                // A text beside the figures, such as the benchmark of a row.
                None if number(cell).is_none() && !cell.is_empty() => {
                    beside = beside.and(&Meaning::of(cell, round));
                    format!("{} {cell}", found.label).trim().clone_into(&mut found.label);
                }
                None => {}
            }
        }
        if let (None, Some(name)) = (found.field(Field::Division), &division) {
            found.fields.push((Field::Division, name.clone()));
        }
        // A cell over several rows stands only in the first.
        for name in [Field::Id, Field::UniqueId, Field::Division, Field::Availability, Field::Submitter] {
            let Some((_, own)) = found.fields.iter_mut().find(|(field, _)| *field == name) else { continue };
            let above = above.entry(name).or_default();
            let (from, to) = if own.is_empty() { (above, own) } else { (own, above) };
            to.clone_from(from);
        }
        for name in [Field::Benchmark, Field::Model] {
            let text = found.field(name).unwrap_or_default();
            beside = beside.and(&Meaning { metric: None, unit: None, ..Meaning::of(text, round) });
        }
        beside = beside.and(&title);
        for (column, cell) in columns.iter().zip(&row.cells).filter(|(column, _)| column.field.is_none()) {
            let Some(number) = number(cell) else {
                if column.meaning.metric.is_some() && !says_none(cell) {
                    table.illegible.push(format!("line {}, `{}`: `{cell}`", row.line, column.text));
                }
                continue;
            };
            let stated = match column.meaning.metric {
                Some(Metric::Speed) => found.field(Field::ResultUnit).and_then(Unit::named),
                Some(Metric::Energy) => found.field(Field::PowerUnit).and_then(Unit::named),
                _ => None,
            };
            let own = Meaning { unit: number.unit, ..Meaning::default() };
            let meaning = own.and(&Meaning { unit: stated, ..Meaning::default() }).and(&column.meaning).and(&beside);
            let (Some(benchmark), Some(metric)) = (meaning.benchmark, meaning.metric) else { continue };
            // The official summary prints a power of 0 for results without power.
            let absent = found.field(Field::HasPower).is_some_and(|text| text.eq_ignore_ascii_case("false"));
            if metric == Metric::Energy && absent {
                continue;
            }
            let streams = streams(&benchmark, round);
            let default = match metric {
                Metric::Speed if official => Some(Unit::Milliseconds),
                Metric::Energy if official && streams => Some(Unit::Milliwatts),
                Metric::Energy if official => Some(Unit::Microjoules),
                _ => None,
            };
            let unit = meaning.unit.or(default).or_else(|| unit.filter(|unit| unit.measures(metric)));
            if unit.is_none() && matches!(metric, Metric::Speed | Metric::Energy) {
                table.without_unit.push(column.text.clone());
                continue;
            }
            found.figures.push(TableFigure { column: column.text.clone(), benchmark, metric, unit, number });
        }
        if !found.figures.is_empty() {
            table.rows.push(found);
        }
    }
}

/// Whether a cell of a figure says that there is none.
fn says_none(cell: &str) -> bool {
    const NONE: [&str; 12] = ["", "-", "--", "---", "–", "—", "−", "n/a", "na", "n.a.", "none", "not submitted"];
    NONE.contains(&cell.trim().to_lowercase().as_str())
}

/// Whether most cells of a row are headings, and none is a number. A text in the first cell alone is a title.
fn is_heading(row: &SheetRow, round: &Round) -> bool {
    let says_something = |cell: &&String| field(cell).is_some() || !Meaning::of(cell, round).is_empty();
    let filled: Vec<&String> = row.cells.iter().filter(|cell| !cell.is_empty()).collect();
    let known = filled.iter().copied().filter(says_something).count();
    let is_title = filled.len() == 1 && row.cells.first().is_some_and(|cell| !cell.is_empty());
    let has_number = filled.iter().any(|cell| number(cell).is_some());
    known > 0 && 2 * known >= filled.len() && !is_title && !has_number
}

/// Combines the headings of every column.
fn columns(headings: &[SheetRow], round: &Round) -> Vec<Column> {
    let width = headings.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns = vec![Column::default(); width];
    // The lowest heading names a field; the ones above say what a figure is.
    for (index, column) in columns.iter_mut().enumerate() {
        let own = headings.iter().rev().find_map(|row| row.cells.get(index).filter(|cell| !cell.is_empty()));
        column.field = own.and_then(|cell| field(cell));
    }
    for row in headings.iter().rev() {
        let mut last = (String::new(), Meaning::default());
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = row.cells.get(index).map_or("", String::as_str);
            if !cell.is_empty() {
                let is_field = field(cell).is_some();
                last = (cell.to_owned(), if is_field { Meaning::default() } else { Meaning::of(cell, round) });
            }
            if column.field.is_some() || (cell.is_empty() && last.1.is_empty()) {
                continue;
            }
            column.meaning = std::mem::take(&mut column.meaning).and(&last.1);
            format!("{} {}", last.0, column.text).trim().clone_into(&mut column.text);
        }
    }
    columns
}

/// Converts a figure of the tree (inf/s, µJ, mW, per cent of Top-1) to the unit of a published one.
pub(crate) fn converted(value: f64, figure: &TableFigure, target: Option<Target>) -> f64 {
    let top1 = !matches!(target, Some(Target::Auc(_) | Target::Wakeword { .. }));
    match (figure.metric, figure.unit) {
        (_, Some(Unit::Milliseconds)) => 1e3 / value,
        (_, Some(Unit::Microseconds)) => 1e6 / value,
        (_, Some(Unit::Millijoules)) => value / 1e3,
        (_, Some(Unit::Microwatts)) => value * 1e3,
        (Metric::Quality, Some(Unit::Percent)) if !top1 => value * 100.0,
        // A Top-1 of 0.9 is a fraction.
        (Metric::Quality, None) if top1 && figure.number.printed.value <= 1.0 => value / 100.0,
        // An AUC of 86 is in per cent.
        (Metric::Quality, None) if !top1 && figure.number.printed.value > 1.0 => value * 100.0,
        _ => value,
    }
}

/// Whether a benchmark is the streaming wake word.
pub(crate) fn streams(benchmark: &str, round: &Round) -> bool {
    round.benchmarks.get(benchmark).is_some_and(|spec| spec.task == Task::Wakeword)
}
