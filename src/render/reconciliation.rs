//! Holds a published table against the submissions: every figure as published, claimed and recomputed.
//!
//! A row is matched with a system by division, submitter and system, then by the board, then by the nearest figures. A
//! figure that differs is searched for in the whole tree: it may be that of another system, session or round.
//!
//! Source: summary.csv and the final report of the official tools; an independent study of the v1.4 results, which found
//! that both disagree for one system.

mod known;
mod matching;
mod origin;
mod write;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::System;
use crate::model::published;
pub use crate::model::published::headings::Unit;
use crate::model::published::headings::{Field, Metric};
use crate::parse::claims::Printed;
use crate::parse::sheet::Sheet;

use self::known::{Known, words_of};
use self::matching::{Match, match_rows};
pub(crate) use self::write::{counts, headline, parts};
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
    /// Figures of the table that are not numbers, with their place.
    pub illegible: Vec<String>,
}

impl Reconciliation {
    /// Compares the sheets of a table with a tree. `unit` is the unit of figures that do not state one; `earlier` are
    /// reports of other rounds in which figures that differ are searched for.
    #[must_use]
    pub fn new(name: &str, sheets: &[Sheet], report: &Report, unit: Option<Unit>, earlier: &[&Report]) -> Self {
        let round = &report.round;
        let table = published::read(sheets, round, unit);
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
            illegible: table.illegible.clone(),
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

    /// Whether all figures are numbers and equal to the printed digits, all rows match, and all texts are the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        !self.rows.is_empty()
            && self.cells.iter().all(|cell| cell.verdict.is_equal())
            && self.texts.is_empty()
            && self.illegible.is_empty()
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
