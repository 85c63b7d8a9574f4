//! The figures and texts of the tree, as a published table is compared with them.

use std::collections::BTreeMap;

use super::{Cell, TextDifference, Verdict};
use crate::audit::report::Report;
use crate::model::System;
use crate::model::published::headings::{Field, Metric, Unit};
use crate::model::published::{TableFigure, TableRow, converted, streams};
use crate::parse::claims::Printed;
use crate::render::publication::{self, Filter, Row, Selection, Shown};
use crate::round::{Mode, Round};
use crate::schema::spelling::plain;

/// Returns what a row says about its system, in one line.
pub(super) fn words_of(row: &TableRow) -> String {
    let names = [Field::Division, Field::Submitter, Field::System, Field::Board];
    let mut words: Vec<&str> = names.iter().filter_map(|field| row.field(*field)).collect();
    words.push(&row.label);
    words.retain(|word| !word.is_empty());
    words.join(", ")
}

/// How a published figure compares, and the claimed and the recomputed one in its unit.
type Compared = (Verdict, Option<f64>, Option<f64>);

/// A result of the tree, with claimed and with recomputed figures.
pub(super) struct Pair<'a> {
    pub claimed: Row<'a>,
    recomputed: Row<'a>,
}

/// The results of the tree.
pub(super) struct Known<'a> {
    pub rows: Vec<Pair<'a>>,
    round: &'a Round,
    ids: BTreeMap<String, String>,
}

impl<'a> Known<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let (claimed, _) = publication::rows(report, Selection::AsPublished, &Filter::default());
        let (recomputed, _) = publication::rows(report, Selection::Marked, &Filter::default());
        let ids = publication::public_ids(&claimed, &report.round);
        let rows = claimed.into_iter().zip(recomputed).map(|(claimed, recomputed)| Pair { claimed, recomputed });
        Self { rows: rows.collect(), round: &report.round, ids }
    }

    /// Returns the systems, each once, in the order of their paths.
    pub(super) fn systems(&self) -> Vec<&'a System> {
        let mut systems: Vec<&System> = self.rows.iter().map(|pair| pair.claimed.system).collect();
        systems.dedup_by_key(|system| &system.path);
        systems
    }

    fn of_system(&self, system: &System) -> impl Iterator<Item = &Pair<'a>> {
        self.rows.iter().filter(move |pair| pair.claimed.system.path == system.path)
    }

    /// Returns how well a figure agrees with a system.
    pub(super) fn verdict(&self, figure: &TableFigure, system: &System) -> Verdict {
        self.nearest(figure, system).map_or(Verdict::OnlyInTable, |(compared, _)| compared.0)
    }

    /// Returns the system's result that a figure agrees with best: in the open division, a system may have several models
    /// of a benchmark.
    fn nearest(&self, figure: &TableFigure, system: &System) -> Option<(Compared, &Pair<'a>)> {
        let pairs = self.of_system(system).filter(|pair| pair.claimed.name() == figure.benchmark);
        pairs.map(|pair| (pair.verdict(figure), pair)).min_by_key(|((verdict, ..), _)| *verdict)
    }

    pub(super) fn cell(&self, row: &TableRow, figure: &TableFigure, system: Option<&System>) -> Cell {
        let best = system.and_then(|system| self.nearest(figure, system));
        let (verdict, claimed, recomputed) =
            best.as_ref().map_or((Verdict::OnlyInTable, None, None), |(found, _)| *found);
        let session = best.as_ref().and_then(|(_, pair)| pair.session(figure.metric));
        let owner = || system.map_or_else(|| words_of(row), System::full_name);
        let streams = streams(&figure.benchmark, self.round);
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
    pub(super) fn texts(&self, row: &TableRow, system: &System) -> Vec<(Field, TextDifference)> {
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

impl Pair<'_> {
    /// Returns how a figure compares, and the claimed and the recomputed one in its unit.
    fn verdict(&self, figure: &TableFigure) -> Compared {
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
        let run = if self.claimed.wakeword.is_some() { benchmark.wakeword_run() } else { benchmark.run(mode) };
        Some(run?.log.as_ref()?.session.as_ref()?.value.clone())
    }

    /// Returns a figure that the table lacks; `None` if the result does not have it.
    pub(super) fn only_in_tree(&self, metric: Metric) -> Option<Cell> {
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
