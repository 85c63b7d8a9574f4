//! The results page as the working group publishes it, independent of the output format: one table per division and
//! availability, and the results that are left out.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::publication::{LeftOut, Row, Shown, link, public_ids, unique_id};
use crate::parse::document::description::SystemDescription;
use crate::render::untrusted::Untrusted;
use crate::round::{Round, Task};

/// The whole page, which `results --format page-json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit results page")]
pub struct ResultsPage {
    /// The round's name.
    pub round: String,
    /// The tables, by division and availability.
    pub tables: Vec<Table>,
    /// Results and figures that are left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// The results of one division and availability: one line per system, benchmarks in columns.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Table {
    /// Division and availability.
    pub title: String,
    /// Quality targets of the benchmarks; empty in the open division, which has none.
    pub targets: Vec<String>,
    /// Column headings with units.
    pub head: Vec<String>,
    /// What the columns contain.
    pub kinds: Vec<ColumnKind>,
    /// The lines of the table.
    pub lines: Vec<Vec<Cell>>,
}

/// What a column contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// A text that describes the system.
    System,
    /// Latency.
    Latency,
    /// Quality, or the counts of the wake word.
    Quality,
    /// Energy, or the power of the wake word.
    Energy,
    /// A link.
    Link,
}

/// A cell of a table.
#[derive(Debug, Default, Clone, Serialize, JsonSchema)]
#[schemars(rename = "PageCell")]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Target of the cell's link.
    pub link: Option<String>,
    /// Whether it is a figure.
    pub figure: bool,
    /// Why the figure is struck out, if it is.
    pub struck: Option<String>,
    /// The number that the text of a figure represents.
    pub value: Option<f64>,
    /// Inferences per second of a latency, as text.
    pub throughput: Option<String>,
    /// Path of the result that a figure is of.
    pub result: Option<String>,
    /// How many lines the cell spans; 0 if it is merged into a cell above.
    pub lines: usize,
}

/// The results of one system (in the open division, of one model).
struct Line<'a> {
    id: String,
    /// One of its results, from which the columns that describe the system are filled.
    first: &'a Row<'a>,
    results: BTreeMap<&'a str, &'a Row<'a>>,
}

impl ResultsPage {
    /// Builds the page from rows; `repository` is the public repository to link to.
    #[must_use]
    pub fn new(rows: &[Row<'_>], left_out: &[LeftOut], round: &Round, repository: &str) -> Self {
        let ids = public_ids(rows, round);
        let mut groups: BTreeMap<(&str, String), Vec<&Row<'_>>> = BTreeMap::new();
        for row in rows {
            groups.entry((row.system.division.as_str(), row.availability())).or_default().push(row);
        }
        let title =
            |division: &str, availability: &str| Untrusted(&format!("{division}, {availability}")).for_terminal();
        let tables = groups.iter().map(|((division, availability), rows)| Table {
            title: title(division, availability),
            ..table(rows, &ids, round, repository)
        });
        Self { round: round.name.clone(), tables: tables.collect(), left_out: left_out.to_vec() }
    }
}

fn table(rows: &[&Row<'_>], ids: &BTreeMap<String, String>, round: &Round, repository: &str) -> Table {
    let open = rows.iter().any(|row| !row.system.is_closed());
    let order = &round.publication.benchmarks;
    let place = |name: &str| order.iter().position(|known| known == name).unwrap_or(order.len());
    let names: BTreeSet<(usize, &str)> = rows.iter().map(|row| (place(row.name()), row.name())).collect();
    let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
    let spec = |name: &str| round.benchmarks.get(name);
    let target = |name: &&str| Some(format!("{name}: {}", spec(name)?.target));
    let energy = rows.iter().any(|row| row.energy.is_some());

    let mut head = vec!["ID", "Submitter", "Device", "Processor", "Accelerator", "Software"];
    head.extend(open.then_some("Model"));
    let mut head: Vec<String> = head.into_iter().map(str::to_owned).collect();
    let mut kinds = vec![ColumnKind::System; head.len()];
    for name in &names {
        let streams = spec(name).is_some_and(|spec| spec.task == Task::Wakeword);
        let name = Untrusted(name).for_terminal();
        head.push(format!("{name} latency in ms"));
        kinds.push(ColumnKind::Latency);
        if streams {
            head.extend([format!("{name} duty cycle"), format!("{name} misses"), format!("{name} false alarms")]);
        } else if open {
            head.push(format!("{name} quality"));
        }
        kinds.resize(head.len(), ColumnKind::Quality);
    }
    if energy {
        head.extend(names.iter().map(|name| match spec(name).map(|spec| spec.task) {
            Some(Task::Wakeword) => format!("{} power in mW", Untrusted(name).for_terminal()),
            _ => format!("{} energy in µJ", Untrusted(name).for_terminal()),
        }));
    }
    kinds.resize(head.len(), ColumnKind::Energy);
    head.extend(["Details".to_owned(), "Code".to_owned()]);
    kinds.resize(head.len(), ColumnKind::Link);

    let cells = |line: &Line<'_>| {
        let mut cells = described(line, open);
        let row = |name: &str| line.results.get(name).copied();
        for name in &names {
            let throughput = row(name).and_then(|row| Some(row.throughput.as_ref()?.text.clone()));
            cells.push(Cell { throughput, ..figure(row(name), row(name).and_then(Row::latency).as_ref()) });
            if spec(name).is_some_and(|spec| spec.task == Task::Wakeword) {
                let counts = row(name).and_then(|row| row.wakeword.as_ref());
                cells.push(figure(row(name), counts.and_then(|counts| counts.duty_cycle.as_ref())));
                cells.push(figure(row(name), counts.map(|counts| &counts.false_negatives)));
                cells.push(figure(row(name), counts.map(|counts| &counts.false_positives)));
            } else if open {
                cells.push(figure(row(name), row(name).and_then(|row| row.quality.as_ref())));
            }
        }
        if energy {
            cells.extend(names.iter().map(|name| figure(row(name), row(name).and_then(|row| row.energy.as_ref()))));
        }
        let system = line.first.system;
        for (text, part) in [("details", format!("results/{}", system.name)), ("code", "code".to_owned())] {
            cells.push(Cell { link: Some(link(repository, system, &part)), ..text_cell(text) });
        }
        cells
    };
    let mut lines: Vec<Vec<Cell>> = lines(rows, ids).iter().map(cells).collect();
    // Merge the cells of the same submitter, and of the same ID.
    for column in [1, 0] {
        merge(&mut lines, column);
    }
    let targets = if open { Vec::new() } else { names.iter().filter_map(target).collect() };
    Table { title: String::new(), targets, head, kinds, lines }
}

/// Groups rows into one line per system (in the open division, per model), sorted by submitter and ID.
fn lines<'a>(rows: &[&'a Row<'a>], ids: &BTreeMap<String, String>) -> Vec<Line<'a>> {
    let mut lines: BTreeMap<(&str, String, &str, &str), Line<'a>> = BTreeMap::new();
    for row in rows {
        let unique = unique_id(row);
        let model = if row.system.is_closed() { "" } else { row.model() };
        let key = (row.system.submitter.as_str(), unique.clone(), row.system.path.as_str(), model);
        let id = ids.get(&unique).cloned().unwrap_or_default();
        let line = lines.entry(key).or_insert_with(|| Line { id, first: row, results: BTreeMap::new() });
        line.results.insert(row.name(), row);
    }
    lines.into_values().collect()
}

/// Returns the cells that describe the system.
fn described(line: &Line<'_>, open: bool) -> Vec<Cell> {
    let row = line.first;
    let field = |key: &str| row.field(key).unwrap_or_default();
    let (board, system) = (field("Board Name"), &row.system.name);
    let device = if board.is_empty() || board == *system { system.clone() } else { format!("{board} ({system})") };
    let description = row.system.description.as_ref();
    let counted = |what: &str, name: String| match description.and_then(|description| count_of(description, what)) {
        Some(count) if !name.is_empty() => format!("{count} × {name}"),
        _ => name,
    };
    let mut texts = vec![
        line.id.clone(),
        row.system.submitter.clone(),
        device,
        counted("processor", field("Processor(s) Name")),
        counted("accelerator", field("Accelerator")),
        field("Inference Framework"),
    ];
    texts.extend(open.then(|| row.model().to_owned()));
    texts.iter().map(|text| text_cell(text)).collect()
}

/// Returns the number of processors or accelerators if the description has a key for it. The official template has no
/// such key.
fn count_of(description: &SystemDescription, what: &str) -> Option<u32> {
    let counts = |key: &str| {
        let key = key.to_lowercase();
        key.contains(what) && ["number of", "count", "per node"].iter().any(|sign| key.contains(sign))
    };
    let key = description.fields.iter().map(|field| field.key.value.as_str()).find(|key| counts(key))?;
    description.text(key).trim().parse().ok().filter(|count| *count > 0)
}

fn text_cell(text: &str) -> Cell {
    Cell { text: Untrusted(text).for_terminal(), lines: 1, ..Cell::default() }
}

fn figure(row: Option<&Row<'_>>, shown: Option<&Shown>) -> Cell {
    let Some(shown) = shown else { return Cell { figure: true, ..text_cell("") } };
    let struck = shown.struck.as_deref().map(|text| Untrusted(text).for_terminal());
    let result = row.map(|row| row.benchmark.path.clone());
    Cell { figure: true, struck, value: Some(shown.value), result, ..text_cell(&shown.text) }
}

/// Merges neighbouring cells of a column that have the same text.
fn merge(lines: &mut [Vec<Cell>], column: usize) {
    let mut start = 0;
    while start < lines.len() {
        let same = |line: &&Vec<Cell>| line[column].text == lines[start][column].text;
        let length = lines[start..].iter().take_while(same).count();
        lines[start][column].lines = length;
        lines[start + 1..start + length].iter_mut().for_each(|line| line[column].lines = 0);
        start += length;
    }
}
