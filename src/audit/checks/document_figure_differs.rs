use super::prelude::*;
use crate::model::published::headings::Metric;
use crate::model::published::{TableFigure, TableRow, converted};
use crate::model::{Benchmark, Figure};
use crate::round::{Target, Task};

check! {
    /// A README gives a figure that no result of the submitter has.
    ///
    /// Readers take the figures of a README for those of the results. A table is judged if at least two thirds of its figures
    /// are those of the submitter's results. A figure may be rounded or cut off.
    ///
    /// Help: correct the figure, or say in the table that it is not of this submission.
    ///
    /// Source: MLPerf Tiny rules, 2.4; directory structure of the results repositories.
    "document-figure-differs", Structure, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let mut agreeing = None;
    for document in &view.submitter.documents.tables {
        for table in document.rows.chunk_by(|a, b| a.sheet == b.sheet) {
            let figures: Vec<(&TableRow, &TableFigure, Option<f64>)> = table
                .iter()
                .flat_map(|row| row.figures.iter().map(move |figure| (row, figure)))
                .filter_map(|(row, figure)| Some((row, figure, nearest(view, figure)?)))
                .map(|(row, figure, nearest)| (row, figure, (!agrees(figure, nearest)).then_some(nearest)))
                .collect();
            let line = |row: &TableRow| u32::try_from(row.line).unwrap_or(0);
            if let Some((row, ..)) = figures.iter().find(|(.., differs)| differs.is_none()) {
                agreeing.get_or_insert_with(|| Place::new(&document.path, line(row)));
            }
            let differing = figures.iter().filter(|(.., differs)| differs.is_some()).count();
            if differing * 3 > figures.len() {
                continue;
            }
            for (row, figure, nearest) in figures {
                let Some(nearest) = nearest else { continue };
                let unit = figure.unit.map_or_else(String::new, |unit| format!(" {}", unit.name()));
                let (text, benchmark) = (&figure.number.printed.text, &figure.benchmark);
                let message = format!("`{text}`{unit} is given for {benchmark}, but no result has that");
                let finding = found.at(&document.path, line(row), message);
                finding.note(format!("the nearest figure of a result is {}{unit}", rounded(nearest)));
            }
        }
    }
    found.or_pass(agreeing)
}

/// Formats a figure with about five significant digits.
fn rounded(value: f64) -> String {
    let decimals = if value.abs() >= 1000.0 { 1 } else { 3 };
    format!("{value:.decimals$}")
}

/// Whether a figure is another one, rounded or cut off.
fn agrees(figure: &TableFigure, value: f64) -> bool {
    let printed = &figure.number.printed;
    (printed.value - value).abs() <= printed.unit * (1.0 + 1e-9)
}

/// Returns the nearest figure of a result, in the unit of a table; `None` if the submitter has no such result, or if a
/// result has no such figure, which may be the one that is meant.
fn nearest(view: &SubmitterView<'_>, figure: &TableFigure) -> Option<f64> {
    let of_benchmark =
        view.results().filter(|one| one.name.as_ref() == Some(&figure.benchmark) && !one.runs.is_empty());
    let mut values = Vec::new();
    for benchmark in of_benchmark {
        let spec = benchmark.spec(view.round).filter(|spec| spec.task != Task::Wakeword)?;
        let one = of_result(benchmark, figure.metric, spec.target)?;
        let both = [one.claimed.as_ref().map(|claimed| claimed.value), one.recomputed];
        values.extend(both.into_iter().flatten().map(|value| converted(value, figure, Some(spec.target))));
    }
    let distance = |value: &f64| (value - figure.number.printed.value).abs();
    values.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn of_result(benchmark: &Benchmark, metric: Metric, target: Target) -> Option<Figure> {
    let scores = benchmark.scores();
    match (metric, target) {
        (Metric::Speed, _) => scores.throughput,
        (Metric::Energy, _) => scores.energy,
        (Metric::Quality, Target::Auc(_)) => scores.auc,
        (Metric::Quality, _) => scores.top1,
        _ => None,
    }
}
