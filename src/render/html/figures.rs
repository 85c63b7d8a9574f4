//! The figures of a result: claimed, recomputed, tolerance, target and status.

use serde::Serialize;

use super::findings::place;
use super::index::Index;
use crate::audit::metrics::reaches;
use crate::audit::proof::Kind;
use crate::model::{Benchmark, Figure, Run};
use crate::render::untrusted::Untrusted;
use crate::round::{FileRole, Target};

/// A row of the figures table of a result.
#[derive(Debug, Serialize)]
pub struct FigureRow {
    /// Name and unit.
    pub name: String,
    claimed: String,
    /// File and line of the claim.
    place: String,
    recomputed: String,
    /// Why it could not be recomputed.
    reason: String,
    tolerance: String,
    target: String,
    /// Whether it misses the target.
    missed: bool,
    /// The key of its status; empty if it is not a published figure.
    status: String,
    /// Its column in the results table, if it has one.
    #[serde(skip)]
    column: Option<Column>,
    #[serde(skip)]
    value: Option<f64>,
    /// Claimed value, recomputed value and tolerance, if both values are known.
    #[serde(skip)]
    pub compared: Option<[f64; 3]>,
    /// Whether claimed and recomputed figure agree within tolerance.
    #[serde(skip)]
    pub agrees: Option<bool>,
    #[serde(skip)]
    unit: &'static str,
}

/// A column of the results table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Inferences per second.
    Throughput,
    /// Top-1, AUC, misses, false alarms.
    Quality,
    /// Energy or power.
    Energy,
}

/// A cell of the results table.
#[derive(Debug, Default, Serialize)]
pub struct Cell {
    /// The number to sort by.
    value: String,
    /// One line per figure.
    lines: Vec<CellLine>,
}

#[derive(Debug, Serialize)]
struct CellLine {
    text: String,
    /// The recomputed figure, if it differs from the claim.
    other: String,
    status: String,
}

/// Name, unit, kind, column and target of a figure.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    name: &'a str,
    unit: &'static str,
    kind: Kind,
    column: Option<Column>,
    /// The target: a positive value is a minimum, a negative one a maximum.
    target: Option<f64>,
}

/// Returns the figures of a result.
pub fn rows(index: &Index<'_>, benchmark: &Benchmark) -> Vec<FigureRow> {
    let mut rows = Vec::new();
    let target = benchmark.spec(&index.report.round).map(|spec| spec.target);
    for run in benchmark.runs.values() {
        let mut add = |figure: Option<&Figure>, wanted: Wanted<'_>| {
            let figure = figure.filter(|figure| figure.claimed.is_some() || figure.recomputed.is_some());
            rows.extend(figure.map(|figure| row(index, benchmark, run, figure, wanted)));
        };
        let scores = &run.scores;
        if let Some(wakeword) = &scores.wakeword {
            let own = benchmark.wakeword_run().is_some_and(|own| std::ptr::eq(own, run.as_ref()));
            let (misses, alarms) = match target {
                Some(Target::Wakeword { false_positives, false_negatives }) => {
                    (Some(-(false_negatives as f64)), Some(-(false_positives as f64)))
                }
                _ => (None, None),
            };
            let mut word = |figure, name, unit, column: Option<Column>, target| {
                let column = column.filter(|_| own);
                add(Some(figure), Wanted { name, unit, kind: Kind::Wakeword, column, target });
            };
            word(&wakeword.throughput, "throughput", "inf/s", Some(Column::Throughput), None);
            word(&wakeword.false_negatives, "words missed", "", Some(Column::Quality), misses);
            word(&wakeword.false_positives, "false alarms", "", Some(Column::Quality), alarms);
            word(&wakeword.true_positives, "words detected", "", None, None);
            word(&wakeword.duty_cycle, "duty cycle", "", None, None);
            if let Some(power) = &wakeword.power {
                word(power, "power", "mW", Some(Column::Energy), None);
            }
            continue;
        }
        let performance = run.mode == crate::round::Mode::Performance;
        let column = performance.then_some(Column::Throughput);
        let name = if performance { "throughput" } else { "throughput of the energy run" };
        let kind = if performance { Kind::Throughput } else { Kind::Energy };
        add(scores.throughput.as_ref(), Wanted { name, unit: "inf/s", kind, column, target: None });
        let (top1, auc) = match target {
            Some(Target::Top1Percent(least)) => (Some(least), None),
            Some(Target::Auc(least)) => (None, Some(least)),
            _ => (None, None),
        };
        let column = |target: Option<f64>| target.map(|_| Column::Quality);
        let quality = |name, unit, target| Wanted { name, unit, kind: Kind::Quality, column: column(target), target };
        add(scores.top1.as_ref(), quality("Top-1", "%", top1));
        add(scores.auc.as_ref(), quality("AUC", "", auc));
        let column = Some(Column::Energy);
        add(
            scores.energy.as_ref(),
            Wanted { name: "energy", unit: "µJ/inf", kind: Kind::Energy, column, target: None },
        );
    }
    rows
}

fn row(index: &Index<'_>, benchmark: &Benchmark, run: &Run, figure: &Figure, wanted: Wanted<'_>) -> FigureRow {
    let units = index.report.round.tolerances.printed_units;
    let Wanted { name, unit, kind, column, target } = wanted;
    let decimals = figure.claimed.as_ref().map_or(3, crate::parse::claims::Printed::decimals);
    let value = figure.value();
    // A run may print both Top-1 and AUC; only the one with a target is published and has a status.
    let judged = kind != Kind::Quality || target.is_some();
    let status = index.report.proof_of(benchmark, kind).filter(|_| judged && column.is_some());
    let missed = match (value, target) {
        (Some(value), Some(target)) if target.is_sign_negative() => value > -target,
        (Some(value), Some(target)) => !reaches(value, decimals, target),
        _ => false,
    };
    let most = |target: f64| if target.is_sign_negative() { "at most" } else { "at least" };
    FigureRow {
        name: if unit.is_empty() { name.to_owned() } else { format!("{name} in {unit}") },
        claimed: figure.claimed.as_ref().map(|claimed| Untrusted(&claimed.text).for_html()).unwrap_or_default(),
        place: figure.claimed.as_ref().map(|one| place(run.path_of(FileRole::Results), one.line)).unwrap_or_default(),
        recomputed: figure.recomputed.map(|value| recomputed_text(value, decimals)).unwrap_or_default(),
        reason: figure.reason.as_deref().map(|text| Untrusted(text).for_html()).unwrap_or_default(),
        tolerance: figure
            .claimed
            .as_ref()
            .map(|one| tolerance_text(one.unit * units + figure.slack))
            .unwrap_or_default(),
        target: target.map(|target| format!("{} {}", most(target), target.abs())).unwrap_or_default(),
        missed,
        status: status.map(|proof| proof.status().key().to_owned()).unwrap_or_default(),
        column,
        value,
        compared: figure
            .claimed
            .as_ref()
            .zip(figure.recomputed)
            .map(|(claimed, recomputed)| [claimed.value, recomputed, claimed.unit * units + figure.slack]),
        agrees: figure.agrees(units),
        unit,
    }
}

/// Formats a recomputed figure with one decimal more than the claim; counts stay whole.
fn recomputed_text(value: f64, decimals: usize) -> String {
    let more = if decimals == 0 && value.fract() == 0.0 { 0 } else { decimals + 1 };
    format!("{value:.more$}")
}

/// Formats a tolerance with two significant digits.
fn tolerance_text(tolerance: f64) -> String {
    let text = format!("{tolerance:.6}");
    let zeros = text.chars().skip(2).take_while(|c| *c == '0').count();
    let decimals = if tolerance >= 1.0 { 2 } else { (zeros + 2).min(6) };
    let text = format!("{tolerance:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl FigureRow {
    /// Returns name and value: recomputed if possible, else claimed.
    pub fn named_value(&self) -> Option<(&str, f64)> {
        Some((&self.name, self.value?))
    }

    fn line(&self) -> CellLine {
        let unit = match self.unit {
            "" | "inf/s" => String::new(),
            "µJ/inf" => " µJ".to_owned(),
            unit => format!(" {unit}"),
        };
        let before = match self.name.as_str() {
            "AUC" => "AUC ",
            "words missed" => "missed ",
            "false alarms" => "alarms ",
            _ => "",
        };
        let other = match (self.agrees, self.recomputed.is_empty()) {
            (_, true) => "not recomputed".to_owned(),
            (Some(false), _) => format!("≠ {}{unit}", self.recomputed),
            _ => String::new(),
        };
        let text = if self.claimed.is_empty() { format!("({})", self.recomputed) } else { self.claimed.clone() };
        CellLine { text: format!("{before}{text}{unit}"), other, status: self.status.clone() }
    }
}

/// Builds the cell of a column.
pub fn cell(rows: &[FigureRow], column: Column) -> Cell {
    let own = || rows.iter().filter(|row| row.column == Some(column));
    let value = own().find_map(|row| row.value);
    Cell {
        value: value.map(|value| value.to_string()).unwrap_or_default(),
        lines: own().map(FigureRow::line).collect(),
    }
}

/// Builds the energy cell with the supply voltage: energies at different voltages do not compare.
pub fn energy(rows: &[FigureRow], volts: Option<f64>) -> Cell {
    let mut cell = cell(rows, Column::Energy);
    if let (Some(line), Some(volts)) = (cell.lines.last_mut(), volts) {
        let volts = format!("at {volts} V");
        line.other = if line.other.is_empty() { volts } else { format!("{} {volts}", line.other) };
    }
    cell
}

/// Builds the latency cell, which has no status of its own because it is computed from the throughput.
pub fn latency(rows: &[FigureRow]) -> Cell {
    let rate = rows.iter().find(|row| row.column == Some(Column::Throughput)).and_then(|row| row.value);
    let Some(rate) = rate.filter(|rate| *rate > 0.0) else { return Cell::default() };
    let text = format!("{:.3}", 1000.0 / rate);
    let line = CellLine { text: text.clone(), other: String::new(), status: String::new() };
    Cell { value: text, lines: vec![line] }
}

#[cfg(test)]
mod tests {
    use super::tolerance_text;

    #[test]
    fn tolerances_have_two_digits() {
        assert_eq!([0.053, 0.000_53, 0.53, 1.0].map(tolerance_text), ["0.053", "0.00053", "0.53", "1"]);
    }
}
