//! Several rounds on one page: the best results by device class, trends, and every system from round to round.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::plot::{Axis, Plot, Shape};
use super::plots::Figure;
use crate::render::history::{History, Point, SystemHistory, changes, format_record};
use crate::render::untrusted::Untrusted;

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
    plots: Vec<Figure>,
    rows: Vec<Row>,
}

/// A system, with one cell per round.
#[derive(Serialize)]
struct Row {
    system: String,
    class: String,
    cells: Vec<Vec<String>>,
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
        Self {
            rounds: history.rounds.clone(),
            classes: classes.collect(),
            benchmarks: names.into_iter().map(|name| benchmark(history, name)).collect(),
            renamed: lines(&|life| life.is_renamed(), &|life| format!("{}: {}", life.submitter, life.names())),
            vanished: lines(&|life| life.vanished, &SystemHistory::name),
        }
    }
}

fn benchmark(history: &History, name: &str) -> BenchmarkPart {
    let unit = history.energy_unit(name);
    let systems = || history.systems.iter().filter_map(|life| Some((life, life.figures.get(name)?)));
    let row = |(life, points): (&SystemHistory, &Vec<Point>)| {
        let by_round = |pick: fn(&Point) -> Option<f64>| -> BTreeMap<&String, String> {
            changes(points, pick).into_iter().map(|(point, figure)| (&point.round, figure)).collect()
        };
        let (rates, energies) = (by_round(|point| point.throughput), by_round(|point| point.energy));
        let cell = |round: &String| {
            let Some(point) = points.iter().find(|point| point.round == *round) else { return Vec::new() };
            let with_unit = |unit: &str, figure: Option<&String>| figure.map(|figure| format!("{figure} {unit}"));
            let volts = point.supply_v.map(|volts| format!(" at {volts} V")).unwrap_or_default();
            let mut lines: Vec<String> = with_unit("inf/s", rates.get(round)).into_iter().collect();
            lines.extend(with_unit(&format!("{unit}{volts}"), energies.get(round)));
            lines.extend((!point.valid).then(|| "not valid".to_owned()));
            lines
        };
        Row {
            system: Untrusted(&life.name()).for_html(),
            class: life.class.clone(),
            cells: history.rounds.iter().map(cell).collect(),
        }
    };
    let mut plots = Vec::new();
    let what = "latency in ms";
    plots.extend(trend(history, name, what, |point| {
        point.throughput.filter(|rate| *rate > 0.0).map(|rate| 1000.0 / rate)
    }));
    plots.extend(trend(history, name, &format!("energy in {unit}"), |point| point.energy));
    BenchmarkPart { name: Untrusted(name).for_html(), plots, rows: systems().map(row).collect() }
}

/// The points of a system: round, figure, and whether the result is valid.
type Line = Vec<(f64, f64, bool)>;

/// Plots a figure of all systems from round to round, with a dashed line through the best of each round. Lower is
/// better. `None` if there are fewer than two points.
fn trend(history: &History, name: &str, what: &str, pick: impl Fn(&Point) -> Option<f64>) -> Option<Figure> {
    let place = |round: &String| history.rounds.iter().position(|known| known == round).map(|at| at as f64 + 0.5);
    let mut lines: Vec<(&SystemHistory, Line)> = Vec::new();
    for life in &history.systems {
        let points = life.figures.get(name).into_iter().flatten();
        let points = points.filter_map(|point| Some((place(&point.round)?, pick(point)?, point.valid)));
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
    plot.line("level", best.into_values());
    let caption = format!("{title}. Dashed: the best valid result of the closed division. Cross: not valid.");
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
            policy: super::policy::policy(super::STYLE, ""),
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
    page: HistoryPage,
}
