//! Several rounds together: every system found again, its figures from round to round, what vanished, and the best.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::text::printable;
use super::wrap::wrapped;
use crate::judge::lineage::{Kinship, pairs};
use crate::judge::report::Report;
use crate::read::submission::{Benchmark, Figure, System};

/// What `history --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit history")]
pub struct History {
    /// The rounds, in the order given.
    rounds: Vec<String>,
    /// Every system that was found, sorted by its newest name.
    systems: Vec<Life>,
    /// The fastest valid results and those of the least energy, by benchmark and round.
    best: Vec<Best>,
}

/// One system through the rounds.
#[derive(Debug, Serialize, JsonSchema)]
struct Life {
    /// Division and submitter, as last seen.
    submitter: String,
    /// Where it was seen.
    seen: Vec<Seen>,
    /// Its figures by benchmark, folder and all.
    figures: BTreeMap<String, Vec<Point>>,
    /// Whether it is missing in the last round, although its submitter takes part.
    vanished: bool,
}

/// A system in one round.
#[derive(Debug, Serialize, JsonSchema)]
struct Seen {
    round: String,
    name: String,
    /// What tells that it is the one before; null where it is first seen.
    by: Option<String>,
    /// Whether another reading is hardly possible.
    sure: bool,
}

/// The figures of a benchmark in one round.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Point {
    round: String,
    /// Whether it may be published.
    valid: bool,
    /// Inferences per second.
    throughput: Option<f64>,
    /// µJ per inference, or mW of a wake word.
    energy: Option<f64>,
    /// Supply voltage of the energy, in V.
    supply_v: Option<f64>,
}

/// The best results of a benchmark in a round.
#[derive(Debug, Serialize, JsonSchema)]
struct Best {
    benchmark: String,
    round: String,
    /// The fastest valid result of the closed division: system and inferences per second.
    fastest: Option<(String, f64)>,
    /// That with the least energy: system and µJ per inference, or mW.
    least_energy: Option<(String, f64)>,
}

/// A system followed through the reports: by the report's number, and what tells it from the one before.
type Thread<'a> = BTreeMap<usize, (&'a System, Option<Kinship>)>;

impl History {
    /// The history of rounds, the oldest first.
    #[must_use]
    pub fn of(reports: &[Report]) -> Self {
        let threads = threads(reports);
        let mut systems: Vec<Life> = threads.iter().map(|thread| life(thread, reports)).collect();
        systems.sort_by(|a, b| key(a).cmp(&key(b)));
        let rounds = reports.iter().map(|report| report.round.name.clone()).collect();
        Self { rounds, systems, best: best(reports) }
    }
}

fn key(life: &Life) -> (&str, Option<&str>) {
    (&life.submitter, life.seen.last().map(|seen| seen.name.as_str()))
}

/// Every system beside those of later rounds that it became. A round in which it is missing is stepped over.
fn threads(reports: &[Report]) -> Vec<Thread<'_>> {
    let mut threads: Vec<Thread<'_>> = Vec::new();
    for (now, report) in reports.iter().enumerate() {
        let mut known: BTreeSet<*const System> = BTreeSet::new();
        for before in (0..now).rev() {
            for kin in pairs(&reports[before].submission, &report.submission) {
                let is_it = |thread: &&mut Thread<'_>| {
                    thread
                        .last_key_value()
                        .is_some_and(|(round, (system, _))| *round == before && std::ptr::eq(*system, kin.old))
                };
                if known.contains(&std::ptr::from_ref(kin.new)) {
                    continue;
                }
                if let Some(thread) = threads.iter_mut().find(is_it) {
                    thread.insert(now, (kin.new, Some(kin.by)));
                    known.insert(std::ptr::from_ref(kin.new));
                }
            }
        }
        let fresh = report.submission.systems.iter().filter(|system| !known.contains(&std::ptr::from_ref(*system)));
        threads.extend(fresh.map(|system| BTreeMap::from([(now, (system, None))])));
    }
    threads
}

fn life(thread: &Thread<'_>, reports: &[Report]) -> Life {
    let mut figures: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    let mut seen = Vec::new();
    for (index, (system, by)) in thread {
        let report = &reports[*index];
        let round = report.round.name.clone();
        for benchmark in system.benchmarks.iter().filter(|benchmark| !benchmark.runs.is_empty()) {
            figures.entry(benchmark.label()).or_default().push(point(report, system, benchmark));
        }
        seen.push(Seen {
            round,
            name: system.name.clone(),
            by: by.map(|by| by.to_string()),
            sure: by.is_none_or(Kinship::is_sure),
        });
    }
    let newest = thread.last_key_value();
    let submitter =
        newest.map_or_else(String::new, |(_, (system, _))| format!("{}/{}", system.division, system.submitter));
    let last = reports.len().saturating_sub(1);
    let takes_part =
        |system: &System| reports[last].submission.submitters.iter().any(|one| one.name == system.submitter);
    let vanished = newest.is_some_and(|(round, (system, _))| *round != last && takes_part(system));
    Life { submitter, seen, figures, vanished }
}

fn point(report: &Report, system: &System, benchmark: &Benchmark) -> Point {
    let scores = benchmark.scores();
    let words = scores.wakeword.as_ref();
    Point {
        round: report.round.name.clone(),
        valid: report.is_valid(system, benchmark),
        throughput: scores.throughput.as_ref().or(words.map(|words| &words.throughput)).and_then(Figure::value),
        energy: scores.energy.as_ref().or(words.and_then(|words| words.power.as_ref())).and_then(Figure::value),
        supply_v: scores.supply_v,
    }
}

fn best(reports: &[Report]) -> Vec<Best> {
    let mut best: BTreeMap<(String, usize), Best> = BTreeMap::new();
    for (index, report) in reports.iter().enumerate() {
        for (system, benchmark) in report.results().filter(|(system, _)| system.is_closed()) {
            let point = point(report, system, benchmark);
            let Some(name) = benchmark.name.clone().filter(|_| point.valid) else { continue };
            let label = format!("{}/{}", system.submitter, system.name);
            let entry = best.entry((name.clone(), index)).or_insert_with(|| Best {
                benchmark: name,
                round: report.round.name.clone(),
                fastest: None,
                least_energy: None,
            });
            if let Some(rate) =
                point.throughput.filter(|rate| entry.fastest.as_ref().is_none_or(|(_, best)| rate > best))
            {
                entry.fastest = Some((label.clone(), rate));
            }
            let less = |energy: &f64| entry.least_energy.as_ref().is_none_or(|(_, best)| energy < best);
            if let Some(energy) = point.energy.filter(less) {
                entry.least_energy = Some((label, energy));
            }
        }
    }
    best.into_values().collect()
}

/// Writes the history in words, lines at most `width` characters long.
///
/// # Errors
/// When the writer fails.
pub fn write_text(history: &History, width: usize, out: &mut dyn Write) -> io::Result<()> {
    lines(history, &mut |indent, text| {
        for line in wrapped(text, width.saturating_sub(indent), 2) {
            writeln!(out, "{}{line}", " ".repeat(indent))?;
        }
        Ok(())
    })
}

/// Writes the history as Markdown.
///
/// # Errors
/// When the writer fails.
pub fn write_markdown(history: &History, out: &mut dyn Write) -> io::Result<()> {
    lines(history, &mut |indent, text| match indent {
        0 => writeln!(out, "\n### {}\n", super::guard::markdown(text)),
        _ => writeln!(out, "{}- {}", " ".repeat(indent - 2), super::guard::markdown(text)),
    })
}

type Line<'a> = &'a mut dyn FnMut(usize, &str) -> io::Result<()>;

fn lines(history: &History, line: Line<'_>) -> io::Result<()> {
    for life in &history.systems {
        let name = life.seen.last().map_or("", |seen| seen.name.as_str());
        let vanished = if life.vanished { ", missing in the last round" } else { "" };
        line(0, &printable(&format!("{} {name}{vanished}", life.submitter)))?;
        let seen = life.seen.iter().map(|seen| match &seen.by {
            Some(by) if *by != Kinship::SameName.to_string() => format!("{} as {} ({by})", seen.round, seen.name),
            _ => seen.round.clone(),
        });
        line(2, &printable(&format!("seen in {}", seen.collect::<Vec<_>>().join(", "))))?;
        for (benchmark, points) in &life.figures {
            for (what, figures) in [("inf/s", figures(points, |point| point.throughput)), ("energy", energies(points))]
            {
                if !figures.is_empty() {
                    line(2, &printable(&format!("{benchmark} {what}: {figures}")))?;
                }
            }
        }
    }
    line(0, "best valid results of the closed division")?;
    for best in &history.best {
        let told = |one: &Option<(String, f64)>| {
            one.as_ref()
                .map_or_else(|| "none".to_owned(), |(name, value)| format!("{} {name}", super::decimals(*value)))
        };
        let (fastest, least) = (told(&best.fastest), told(&best.least_energy));
        line(2, &printable(&format!("{} {}: fastest {fastest}, least energy {least}", best.benchmark, best.round)))?;
    }
    Ok(())
}

/// Figures from round to round, each with its change.
fn figures(points: &[Point], pick: impl Fn(&Point) -> Option<f64>) -> String {
    let mut before: Option<f64> = None;
    let mut told = Vec::new();
    for point in points {
        let Some(value) = pick(point) else { continue };
        let change =
            before.filter(|before| *before != 0.0).map(|before| format!(" ({:+.1} %)", 100.0 * (value / before - 1.0)));
        let invalid = if point.valid { "" } else { " not valid" };
        told.push(format!("{} {}{}{invalid}", point.round, super::decimals(value), change.unwrap_or_default()));
        before = Some(value);
    }
    told.join(", ")
}

/// Energies, with the supply voltages where these differ.
fn energies(points: &[Point]) -> String {
    let told = figures(points, |point| point.energy);
    let volts: BTreeSet<String> =
        points.iter().filter_map(|point| point.supply_v.map(|volts| format!("{volts} V"))).collect();
    if volts.len() < 2 {
        told
    } else {
        format!("{told}; measured at {}", volts.into_iter().collect::<Vec<_>>().join(" and "))
    }
}
