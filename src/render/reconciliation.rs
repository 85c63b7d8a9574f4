//! Holds a published table against the submissions: every figure as published, claimed and recomputed.
//!
//! A row is matched with a system by division, submitter and system, then by the board, then by the nearest figures. A
//! figure that differs is searched for in the whole tree: it may be that of another system, session or round.
//!
//! Source: summary.csv and the final report of the official tools; an independent study of the v1.4 results, which found
//! that both disagree for one system.

mod headings;
mod matching;
mod origin;
mod table;
mod write;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::System;
use crate::parse::claims::Printed;
use crate::parse::sheet::Sheet;
use crate::render::publication::{self, Filter, Row, Selection, Shown};
use crate::round::{Mode, Round, Target, Task};
use crate::schema::spelling::plain;

pub use self::headings::Unit;
use self::headings::{Field, Metric};
use self::matching::{Match, match_rows};
use self::table::{TableFigure, TableRow};
pub(crate) use self::write::{counts, headline, parts, short};
pub use self::write::{write_markdown, write_text};

/// How a published figure compares with that of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is equal.
    Equal,
    /// It is equal when rounded to the printed digits.
    EqualWhenRounded,
    /// It is equal when cut after the printed digits.
    Truncated,
    /// It is another figure.
    Different,
    /// The tree has no such figure.
    OnlyInTable,
    /// The table has no such figure.
    OnlyInTree,
}

impl Verdict {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Equal, "equal"),
        (Self::EqualWhenRounded, "equal when rounded"),
        (Self::Truncated, "truncated"),
        (Self::Different, "different"),
        (Self::OnlyInTable, "only in the table"),
        (Self::OnlyInTree, "only in the tree"),
    ];

    /// Name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(verdict, _)| *verdict == self).map_or("", |(_, name)| name)
    }

    /// Whether it is equal to the printed digits.
    #[must_use]
    pub const fn is_equal(self) -> bool {
        matches!(self, Self::Equal | Self::EqualWhenRounded)
    }

    /// Compares a printed figure with a number in the same unit.
    fn new(printed: &Printed, value: f64) -> Self {
        let (figure, unit) = (printed.value, printed.unit * (1.0 + 1e-9));
        if (figure - value).abs() <= value.abs() * 1e-9 {
            Self::Equal
        } else if (figure - value).abs() <= unit / 2.0 {
            Self::EqualWhenRounded
        } else if figure.abs() <= value.abs() && (value - figure).abs() < unit {
            Self::Truncated
        } else {
            Self::Different
        }
    }
}

/// A published figure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cell {
    /// Line of the file, or row of the sheet; null if the figure is only in the tree.
    pub line: Option<usize>,
    /// Headings of its column; empty if the figure is only in the tree.
    pub column: String,
    /// Division, submitter, system and benchmark; what the row says, if no system matches it.
    pub result: String,
    /// `throughput`, `latency`, `quality`, `energy`, `power`, `false alarms`, `misses`, `duty cycle`.
    pub figure: String,
    /// Unit of the figures; empty if they have none.
    pub unit: String,
    /// The published figure as printed; null if it is only in the tree.
    pub published: Option<String>,
    /// The claimed figure in that unit.
    pub claimed: Option<f64>,
    /// The recomputed figure in that unit.
    pub recomputed: Option<f64>,
    /// Session of the log from which the figure is recomputed.
    pub session: Option<String>,
    /// How they compare: with the recomputed figure, if it is not the claimed one.
    pub verdict: Verdict,
    /// Where a figure that differs is found: other systems, benchmarks, sessions, rounds.
    pub found: Vec<String>,
}

/// A text of the table that differs from the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TextDifference {
    /// Line of the file, or row of the sheet.
    pub line: usize,
    /// Division, submitter and system.
    pub system: String,
    /// Name of the field.
    pub field: String,
    /// Text in the table.
    pub published: String,
    /// Text in the tree.
    pub expected: String,
}

/// A row and the system that it describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatchedRow {
    /// Line of the file, or row of the sheet.
    pub line: usize,
    /// Name of the sheet, or heading of the table; empty if it has none.
    pub sheet: String,
    /// What the row says about its system.
    pub row: String,
    /// Division, submitter and system; null if none matches.
    pub system: Option<String>,
    /// How it was matched.
    pub by: Option<String>,
}

/// A published table compared with the tree.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reconciliation {
    /// Name of the table's file.
    pub table: String,
    /// The round whose rules apply.
    pub round: String,
    /// The rows.
    pub rows: Vec<MatchedRow>,
    /// The figures: those of the table in its order, then those that are only in the tree.
    pub cells: Vec<Cell>,
    /// Texts that differ.
    pub texts: Vec<TextDifference>,
    /// Published figures that the evidence contradicts, with the reason.
    pub contradicted: Vec<String>,
    /// Parts of the table that were not read, with the reason.
    pub unread: Vec<String>,
}

impl Reconciliation {
    /// Compares the sheets of a table with a tree. `unit` is the unit of figures that do not state one; `earlier` are
    /// reports of other rounds in which figures that differ are searched for.
    #[must_use]
    pub fn new(name: &str, sheets: &[Sheet], report: &Report, unit: Option<Unit>, earlier: &[&Report]) -> Self {
        let round = &report.round;
        let table = table::read(sheets, round, unit);
        let known = Known::new(report);
        let mut origins = None;
        let mut found = Self {
            table: name.to_owned(),
            round: round.name.clone(),
            rows: Vec::new(),
            cells: Vec::new(),
            texts: Vec::new(),
            contradicted: Vec::new(),
            unread: table.unread.iter().map(|one| format!("{one}: no headings were recognised")).collect(),
        };
        found.unread.extend(
            table
                .without_unit
                .iter()
                .map(|column| format!("column `{column}`: its unit is not stated; name it with --unit")),
        );
        // Result and figure; the figures of a division.
        let mut published: BTreeSet<(String, String, Metric)> = BTreeSet::new();
        let mut metrics: BTreeSet<(String, Metric)> = BTreeSet::new();
        let mut seen: BTreeSet<(String, Field)> = BTreeSet::new();
        for Match { row, figures, system, by } in match_rows(&table, &known) {
            found.rows.push(MatchedRow {
                line: row.line,
                sheet: row.sheet.clone(),
                row: words_of(row),
                system: system.map(System::full_name),
                by: by.map(str::to_owned),
            });
            if let Some(system) = system {
                for difference in known.texts(row, system) {
                    // A table with one row per result says the same of a system several times.
                    if seen.insert((difference.1.system.clone(), difference.0)) {
                        found.texts.push(difference.1);
                    }
                }
            }
            for figure in figures {
                let mut cell = known.cell(row, figure, system);
                metrics.extend(system.map(|system| (system.division.clone(), figure.metric)));
                published.insert((
                    system.map(System::full_name).unwrap_or_default(),
                    figure.benchmark.clone(),
                    figure.metric,
                ));
                if matches!(cell.verdict, Verdict::Different | Verdict::OnlyInTable) {
                    let origins = origins.get_or_insert_with(|| origin::origins(report, earlier));
                    cell.found =
                        origin::search(origins, figure, system, report.round.benchmarks.get(&figure.benchmark));
                }
                found.cells.push(cell);
            }
        }
        for pair in &known.rows {
            let (system, benchmark) = (pair.claimed.system.full_name(), pair.claimed.name());
            let is_there = |metric: &Metric| published.contains(&(system.clone(), benchmark.to_owned(), *metric));
            // What the table has for no result of a division, such as energy, is not missing from it.
            let own = metrics.iter().filter(|(division, _)| *division == pair.claimed.system.division);
            let (there, missing): (Vec<Metric>, Vec<Metric>) = own.map(|(_, metric)| *metric).partition(is_there);
            for metric in missing {
                found.cells.extend(pair.only_in_tree(metric));
            }
            if !there.is_empty() {
                for proof in
                    report.proofs_of(pair.claimed.benchmark).filter(|proof| proof.status() == Status::Contradicted)
                {
                    let reason = proof.reason().unwrap_or_default();
                    found.contradicted.push(format!(
                        "{}: {} is contradicted: {reason}",
                        pair.claimed.label(),
                        proof.kind.name()
                    ));
                }
            }
        }
        found
    }

    /// Whether all figures are equal to the printed digits, all rows match, and all texts are the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        !self.rows.is_empty()
            && self.cells.iter().all(|cell| cell.verdict.is_equal())
            && self.texts.is_empty()
            && self.rows.iter().all(|row| row.system.is_some())
    }

    /// Returns the number of figures with a verdict, by figure.
    fn counts(&self) -> Vec<(String, Vec<(Verdict, usize)>)> {
        let mut figures: Vec<String> = self.cells.iter().map(|cell| cell.figure.clone()).collect();
        figures.sort();
        figures.dedup();
        let count = |figure: &str, verdict| {
            self.cells.iter().filter(|cell| cell.figure == figure && cell.verdict == verdict).count()
        };
        let verdicts = |figure: &str| {
            let counts = Verdict::ALL.iter().map(|(verdict, _)| (*verdict, count(figure, *verdict)));
            counts.filter(|(_, count)| *count > 0).collect()
        };
        figures.into_iter().map(|figure| (figure.clone(), verdicts(&figure))).collect()
    }
}

/// Returns what a row says about its system, in one line.
fn words_of(row: &TableRow) -> String {
    let names = [Field::Division, Field::Submitter, Field::System, Field::Board];
    let mut words: Vec<&str> = names.iter().filter_map(|field| row.field(*field)).collect();
    words.push(&row.label);
    words.retain(|word| !word.is_empty());
    words.join(", ")
}

/// A result of the tree, with claimed and with recomputed figures.
struct Pair<'a> {
    claimed: Row<'a>,
    recomputed: Row<'a>,
}

/// The results of the tree.
struct Known<'a> {
    rows: Vec<Pair<'a>>,
    round: &'a Round,
    ids: std::collections::BTreeMap<String, String>,
}

impl<'a> Known<'a> {
    fn new(report: &'a Report) -> Self {
        let (claimed, _) = publication::rows(report, Selection::AsPublished, &Filter::default());
        let (recomputed, _) = publication::rows(report, Selection::Marked, &Filter::default());
        let ids = publication::public_ids(&claimed, &report.round);
        let rows = claimed.into_iter().zip(recomputed).map(|(claimed, recomputed)| Pair { claimed, recomputed });
        Self { rows: rows.collect(), round: &report.round, ids }
    }

    /// Returns the systems, each once, in the order of their paths.
    fn systems(&self) -> Vec<&'a System> {
        let mut systems: Vec<&System> = self.rows.iter().map(|pair| pair.claimed.system).collect();
        systems.dedup_by_key(|system| &system.path);
        systems
    }

    fn of_system(&self, system: &System) -> impl Iterator<Item = &Pair<'a>> {
        self.rows.iter().filter(move |pair| pair.claimed.system.path == system.path)
    }

    /// Returns how well a figure agrees with a system.
    fn verdict(&self, figure: &TableFigure, system: &System) -> Verdict {
        let pairs = self.of_system(system).filter(|pair| pair.claimed.name() == figure.benchmark);
        pairs.map(|pair| pair.verdict(figure).0).min().unwrap_or(Verdict::OnlyInTable)
    }

    fn cell(&self, row: &TableRow, figure: &TableFigure, system: Option<&System>) -> Cell {
        let pairs = system.map(|system| self.of_system(system)).into_iter().flatten();
        // In the open division, a system may have several models of a benchmark.
        let pairs = pairs.filter(|pair| pair.claimed.name() == figure.benchmark);
        let best = pairs.map(|pair| (pair.verdict(figure), pair)).min_by_key(|((verdict, ..), _)| *verdict);
        let (verdict, claimed, recomputed) =
            best.as_ref().map_or((Verdict::OnlyInTable, None, None), |(found, _)| *found);
        let session = best.as_ref().and_then(|(_, pair)| pair.session(figure.metric));
        let owner = || system.map_or_else(|| words_of(row), System::full_name);
        let streams = self.round.benchmarks.get(&figure.benchmark).is_some_and(|spec| spec.task == Task::Wakeword);
        Cell {
            line: Some(row.line),
            column: figure.column.clone(),
            result: best.map_or_else(|| format!("{}/{}", owner(), figure.benchmark), |(_, pair)| pair.claimed.label()),
            figure: name_of(figure.metric, figure.unit, streams).to_owned(),
            unit: figure.unit.map_or("", Unit::name).to_owned(),
            published: Some(figure.number.printed.text.clone()),
            claimed,
            recomputed,
            session,
            verdict,
            found: Vec::new(),
        }
    }

    /// Returns the texts of a row that differ from the description of its system.
    fn texts(&self, row: &TableRow, system: &System) -> Vec<(Field, TextDifference)> {
        let Some(pair) = self.of_system(system).next() else { return Vec::new() };
        let claimed = &pair.claimed;
        let unique = publication::unique_id(claimed);
        let expected = |field: Field| match field {
            Field::Division => Some(system.division.clone()),
            Field::Availability => Some(claimed.availability()),
            Field::Submitter => Some(system.submitter.clone()),
            Field::System => Some(system.name.clone()),
            Field::Board => Some(claimed.cell("Board Name")),
            Field::Description("") | Field::Software => None,
            Field::Description(key) => Some(claimed.cell(key)),
            // In the open division, the unique ID contains the model.
            Field::UniqueId if system.is_closed() => Some(unique.clone()),
            Field::Id if system.is_closed() => self.ids.get(&unique).cloned(),
            _ => None,
        };
        let differs = |(field, text): &(Field, String)| {
            let expected = expected(*field)?;
            let published = publication::without_empty(text);
            let alike = same_text(published, &expected)
                // Ours names the system in brackets behind its board.
                || published.strip_suffix(&format!(" ({})", system.name)).is_some_and(|text| same_text(text, &expected))
                || (matches!(field, Field::Availability | Field::Division) && plain(published) == plain(&expected));
            (!alike).then(|| {
                let difference = TextDifference {
                    line: row.line,
                    system: system.full_name(),
                    field: name_of_field(*field).to_owned(),
                    published: published.to_owned(),
                    expected,
                };
                (*field, difference)
            })
        };
        row.fields.iter().filter_map(differs).collect()
    }
}

/// Whether two texts are equal but for white space and the apostrophe that keeps a spreadsheet from evaluating one.
fn same_text(a: &str, b: &str) -> bool {
    let visible = |text: &str| text.trim_start_matches('\'').replace('\u{200B}', "");
    let words = |text: &str| visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    words(a) == words(b)
}

const fn name_of_field(field: Field) -> &'static str {
    match field {
        Field::Division => "division",
        Field::Availability => "availability",
        Field::Submitter => "submitter",
        Field::System => "system",
        Field::Board => "Board Name",
        Field::Description(key) => key,
        Field::Id => "ID",
        Field::UniqueId => "unique ID",
        Field::Software => "software",
        Field::Benchmark | Field::Model => "benchmark",
        Field::ResultUnit | Field::HasPower | Field::PowerUnit => "unit",
    }
}

const fn name_of(metric: Metric, unit: Option<Unit>, streams: bool) -> &'static str {
    match (metric, unit) {
        (Metric::Speed, Some(Unit::PerSecond)) => "throughput",
        (Metric::Speed, _) => "latency",
        (Metric::Quality, _) => "quality",
        (Metric::Energy, _) if streams => "power",
        (Metric::Energy, _) => "energy",
        (Metric::FalsePositives, _) => "false alarms",
        (Metric::FalseNegatives, _) => "misses",
        (Metric::DutyCycle, _) => "duty cycle",
    }
}

/// Returns a figure of a result as shown.
fn shown<'a>(row: &'a Row<'_>, metric: Metric) -> Option<&'a Shown> {
    let counts = row.wakeword.as_ref();
    match metric {
        Metric::Speed => row.throughput.as_ref(),
        Metric::Quality => row.quality.as_ref(),
        Metric::Energy => row.energy.as_ref(),
        Metric::FalsePositives => counts.map(|counts| &counts.false_positives),
        Metric::FalseNegatives => counts.map(|counts| &counts.false_negatives),
        Metric::DutyCycle => counts.and_then(|counts| counts.duty_cycle.as_ref()),
    }
}

/// Converts a figure of the tree (inf/s, µJ, mW, per cent of Top-1) to the unit of a published one.
fn converted(value: f64, figure: &TableFigure, target: Option<Target>) -> f64 {
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

impl Pair<'_> {
    /// Returns how a figure compares, and the claimed and the recomputed one in its unit.
    fn verdict(&self, figure: &TableFigure) -> (Verdict, Option<f64>, Option<f64>) {
        let target = self.claimed.spec.map(|spec| spec.target);
        let of = |row| shown(row, figure.metric).map(|shown| converted(shown.value, figure, target));
        let (claimed, recomputed) = (of(&self.claimed), of(&self.recomputed));
        let verdict = |value: &f64| Verdict::new(&figure.number.printed, *value);
        // A claim that the evidence contradicts does not make the published figure right.
        let published = if self.claim_holds(figure.metric) {
            claimed.iter().chain(&recomputed).map(verdict).min()
        } else {
            recomputed.as_ref().map(verdict)
        };
        (published.unwrap_or(Verdict::OnlyInTable), claimed, recomputed)
    }

    /// Whether the claimed figure is the recomputed one, or there is only one of them.
    fn claim_holds(&self, metric: Metric) -> bool {
        let (Some(claimed), Some(recomputed)) = (shown(&self.claimed, metric), shown(&self.recomputed, metric)) else {
            return true;
        };
        let unit = Printed::parse(claimed.text.as_bytes(), 0).map_or(0.0, |printed| printed.unit);
        // Both are rounded; durations are printed rounded, too.
        (claimed.value - recomputed.value).abs() <= unit * 1.5
    }

    /// Returns the session of the log from which a figure is recomputed.
    fn session(&self, metric: Metric) -> Option<String> {
        let benchmark = self.claimed.benchmark;
        let mode = match metric {
            Metric::Speed => Mode::Performance,
            Metric::Quality => Mode::Accuracy,
            _ => Mode::Energy,
        };
        let run = if self.claimed.wakeword.is_some() { benchmark.wakeword_run() } else { benchmark.runs.get(&mode) };
        Some(run?.log.as_ref()?.session.as_ref()?.value.clone())
    }

    /// Returns a figure that the table lacks; `None` if the result does not have it.
    fn only_in_tree(&self, metric: Metric) -> Option<Cell> {
        let (claimed, recomputed) = (shown(&self.claimed, metric), shown(&self.recomputed, metric));
        claimed.or(recomputed)?;
        let streams = self.claimed.wakeword.is_some();
        let unit = match metric {
            Metric::Speed => Some(Unit::PerSecond),
            Metric::Energy if streams => Some(Unit::Milliwatts),
            Metric::Energy => Some(Unit::Microjoules),
            _ => None,
        };
        Some(Cell {
            line: None,
            column: String::new(),
            result: self.claimed.label(),
            figure: name_of(metric, unit, streams).to_owned(),
            unit: unit.map_or("", Unit::name).to_owned(),
            published: None,
            claimed: claimed.map(|shown| shown.value),
            recomputed: recomputed.map(|shown| shown.value),
            session: self.session(metric),
            verdict: Verdict::OnlyInTree,
            found: Vec::new(),
        })
    }
}
