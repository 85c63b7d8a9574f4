//! Several rounds on one page: the best results by device class, trends, and every system from round to round.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::plot::{Axis, Plot, Shape};
use super::plots::Figure;
use crate::render::history::{ClassBest, History, Measure, Point, SystemHistory, at_volts, changes, format_record};
use crate::render::untrusted::Untrusted;

const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("always.js"),
    include_str!("sort.js"),
    include_str!("history.js"),
    "})();\n"
);

/// The page as the template reads it.
#[derive(Serialize)]
pub struct HistoryPage {
    rounds: Vec<String>,
    classes: Vec<ClassRow>,
    benchmarks: Vec<BenchmarkPart>,
    renamed: Vec<String>,
    vanished: Vec<String>,
}

/// The first and best results of a device class in a benchmark.
#[derive(Serialize)]
struct ClassRow {
    class: String,
    benchmark: String,
    first: String,
    fastest: String,
    least_energy: String,
}

#[derive(Serialize)]
struct BenchmarkPart {
    name: String,
    /// The record so far.
    says: String,
    /// Whether it is the first one with a record, which is shown at first.
    open: bool,
    plots: Vec<Figure>,
    rows: Vec<Row>,
}

/// A system, with one cell per round.
#[derive(Serialize)]
struct Row {
    submitter: String,
    system: String,
    class: String,
    cells: Vec<Cell>,
}

/// The figures of a round; empty if the system is not in it.
#[derive(Default, Serialize)]
struct Cell {
    lines: Vec<String>,
    /// Why they do not count.
    objection: &'static str,
    /// Inferences per second, to sort by.
    value: Option<f64>,
}

impl HistoryPage {
    /// Builds the page of a history.
    pub fn of(history: &History) -> Self {
        let classes = history.classes.iter().map(|best| {
            let text = |one: &Option<crate::render::history::Record>, unit: &str| {
                one.as_ref().map_or_else(String::new, |one| format_record(one, unit))
            };
            ClassRow {
                class: best.class.clone(),
                benchmark: Untrusted(&best.benchmark).for_html(),
                first: Untrusted(&text(&best.first, "inf/s")).for_html(),
                fastest: Untrusted(&text(&best.fastest, "inf/s")).for_html(),
                least_energy: Untrusted(&text(&best.least_energy, history.energy_unit(&best.benchmark))).for_html(),
            }
        });
        let mut names: Vec<&str> =
            history.systems.iter().flat_map(|life| life.figures.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let lines = |wanted: &dyn Fn(&SystemHistory) -> bool, say: &dyn Fn(&SystemHistory) -> String| {
            history.systems.iter().filter(|life| wanted(life)).map(|life| Untrusted(&say(life)).for_html()).collect()
        };
        let mut benchmarks: Vec<BenchmarkPart> = names.into_iter().map(|name| benchmark(history, name)).collect();
        if let Some(first) = benchmarks.iter_mut().find(|part| !part.says.is_empty()) {
            first.open = true;
        }
        Self {
            rounds: history.rounds.clone(),
            classes: classes.collect(),
            benchmarks,
            renamed: lines(&|life| life.is_renamed() || life.has_other_submitter(), &|life| {
                format!("{}: {}", life.submitter, life.names())
            }),
            vanished: lines(&|life| life.vanished, &SystemHistory::name),
        }
    }
}

fn benchmark(history: &History, name: &str) -> BenchmarkPart {
    let unit = history.energy_unit(name);
    let systems = || history.systems.iter().filter_map(|life| Some((life, life.figures.get(name)?)));
    let row = |(life, points): (&SystemHistory, &Vec<Point>)| {
        let by_round = |figure: Measure| -> BTreeMap<&String, String> {
            changes(points, figure).into_iter().map(|(point, text)| (&point.round, text)).collect()
        };
        let (rates, energies) = (by_round(Measure::Throughput), by_round(Measure::Energy));
        let cell = |round: &String| {
            let Some(point) = points.iter().find(|point| point.round == *round) else { return Cell::default() };
            let with_unit = |unit: &str, figure: Option<&String>| figure.map(|figure| format!("{figure} {unit}"));
            let only_energy = if point.valid && !point.energy_valid { ", unproven" } else { "" };
            let volts = format!("{}{only_energy}", at_volts(point.supply_v));
            let mut lines: Vec<String> = with_unit("inf/s", rates.get(round)).into_iter().collect();
            lines.extend(with_unit(&format!("{unit}{volts}"), energies.get(round)));
            Cell { lines, objection: point.objection(), value: point.throughput }
        };
        Row {
            submitter: Untrusted(&life.submitter).for_html(),
            system: Untrusted(&life.name()).for_html(),
            class: life.class.clone(),
            cells: history.rounds.iter().map(cell).collect(),
        }
    };
    let mut plots = Vec::new();
    plots.extend(trend(history, name, "latency in ms", Measure::Throughput));
    plots.extend(trend(history, name, &format!("energy in {unit}"), Measure::Energy));
    let rows: Vec<Row> = systems().map(row).collect();
    let record = |at: &&ClassBest| at.benchmark == name && at.fastest.is_some();
    let records = history.classes.iter().filter(record).filter_map(|best| best.fastest.as_ref());
    let fastest = records.max_by(|a, b| a.value.total_cmp(&b.value));
    let fastest = fastest.map_or_else(String::new, |fastest| format!("; fastest: {}", format_record(fastest, "inf/s")));
    let says = Untrusted(&fastest).for_html();
    BenchmarkPart { name: Untrusted(name).for_html(), open: false, says, plots, rows }
}

/// The points of a system: round, figure, and whether the result is valid.
type Line = Vec<(f64, f64, bool)>;

/// Plots a figure of all systems from round to round, with a dashed line through the best of each round. Lower is
/// better. `None` if there are fewer than two points.
fn trend(history: &History, name: &str, what: &str, figure: Measure) -> Option<Figure> {
    let pick = |point: &Point| match figure {
        Measure::Throughput => point.throughput.filter(|rate| *rate > 0.0).map(|rate| 1000.0 / rate),
        Measure::Energy => point.energy,
    };
    let place = |round: &String| history.rounds.iter().position(|known| known == round).map(|at| at as f64 + 0.5);
    let mut lines: Vec<(&SystemHistory, Line)> = Vec::new();
    for life in &history.systems {
        let points = life.figures.get(name).into_iter().flatten();
        let points =
            points.filter_map(|point| Some((place(&point.round)?, pick(point)?, figure.objection(point).is_empty())));
        let points: Line = points.filter(|(_, value, _)| *value > 0.0).collect();
        if !points.is_empty() {
            lines.push((life, points));
        }
    }
    let values = lines.iter().flat_map(|(_, points)| points.iter().map(|(_, value, _)| *value));
    if values.clone().count() < 2 {
        return None;
    }
    let title = format!("{name}: {what} of {} systems, round by round", lines.len());
    let axis = Axis::named("round", history.rounds.iter().cloned());
    let mut plot = Plot::new(&title, axis, Axis::log(what, values)).high(260.0);
    let mut best: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for (life, points) in &lines {
        plot.line("line", points.iter().map(|(x, y, _)| (*x, *y)));
        for (x, y, valid) in points {
            let (class, shape) = if *valid { ("mark", Shape::Dot) } else { ("alarm", Shape::Cross) };
            plot.mark(class, shape, (*x, *y), &format!("{}: {y:.3}", life.name()));
            if *valid && life.is_closed() {
                let least = best.entry(x.to_bits()).or_insert((*x, *y));
                least.1 = least.1.min(*y);
            }
        }
    }
    let mut present: Vec<(f64, f64)> = best.into_values().collect();
    present.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut record = f64::INFINITY;
    let records: Vec<(f64, f64)> = (present.iter())
        .flat_map(|(x, y)| {
            let before = record;
            record = record.min(*y);
            // A step: the record holds until a better result.
            [(*x, if before.is_finite() { before } else { record }), (*x, record)]
        })
        .collect();
    plot.line("record", records);
    plot.line("level", present);
    let caption = format!(
        "{title}. Of valid results of the closed division: dashed, the best of those in the round; thick, the record so far. \
         Cross: not valid."
    );
    Some(Figure { caption, svg: plot.svg(), trace: None })
}

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(history: &History, out: &mut dyn Write) -> io::Result<()> {
    super::render(
        "history",
        &Document {
            title: format!("MLPerf Tiny, {}", history.rounds.join(", ")),
            style: super::STYLE,
            policy: super::policy::policy(super::STYLE, SCRIPT),
            script: SCRIPT,
            submitters: history.systems.iter().map(|life| Untrusted(&life.submitter).for_html()).collect(),
            classes: history.systems.iter().map(|life| life.class.clone()).collect(),
            page: HistoryPage::of(history),
        },
        out,
    )
}

#[derive(Serialize)]
struct Document {
    title: String,
    style: &'static str,
    policy: String,
    script: &'static str,
    /// Choices of the filters.
    submitters: BTreeSet<String>,
    classes: BTreeSet<String>,
    page: HistoryPage,
}
