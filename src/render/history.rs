//! History over several rounds: every system matched from round to round with its figures, systems that are missing in
//! the last round, and the best results.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wrap::wrapped;
use crate::audit::device_class::DeviceClass;
use crate::audit::lineage::{SystemMatch, pairs};
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, System};
use crate::render::untrusted::Untrusted;
use crate::round::Task;
use crate::schema::spelling::plain;

/// What `history --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit history")]
pub struct History {
    /// The rounds, in the order given.
    pub(super) rounds: Vec<String>,
    /// All systems, sorted by submitter and newest name.
    pub(super) systems: Vec<SystemHistory>,
    /// The fastest result and the one with the least energy, by benchmark and round.
    best: Vec<Best>,
    /// The first and the fastest result and the one with the least energy over all rounds, by benchmark and device
    /// class.
    pub(super) classes: Vec<ClassBest>,
    /// Streaming benchmarks, whose energy is reported as power.
    #[serde(skip)]
    streams: BTreeSet<String>,
}

/// One system over all rounds.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SystemHistory {
    /// Division and submitter in the newest round that has the system.
    pub(super) submitter: String,
    /// Device class.
    pub(super) class: String,
    /// The rounds that have the system.
    seen: Vec<Appearance>,
    /// Figures by benchmark label.
    pub(super) figures: BTreeMap<String, Vec<Point>>,
    /// Whether the system is missing in the last round although its submitter takes part in it.
    pub(super) vanished: bool,
}

/// A system in one round.
#[derive(Debug, Serialize, JsonSchema)]
struct Appearance {
    round: String,
    /// Name of the submitter in this round.
    submitter: String,
    name: String,
    /// Why it is taken for the system of the earlier round; null in its first round.
    by: Option<String>,
    /// Whether the match is certain.
    sure: bool,
}

/// The figures of a benchmark in one round.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Point {
    pub(super) round: String,
    /// Whether the result may be published.
    pub(super) valid: bool,
    /// Whether it cannot be judged only because of files that are known to be absent.
    pub(super) known_absent: bool,
    /// Whether the energy may be published, too.
    pub(super) energy_valid: bool,
    /// Inferences per second.
    pub(super) throughput: Option<f64>,
    /// µJ per inference; mW for the wake word.
    pub(super) energy: Option<f64>,
    /// Supply voltage of the energy run in V.
    pub(super) supply_v: Option<f64>,
}

/// The best results of a benchmark in a round.
#[derive(Debug, Serialize, JsonSchema)]
struct Best {
    benchmark: String,
    round: String,
    /// System and inferences per second of the fastest valid result in the closed division.
    fastest: Option<(String, f64)>,
    /// System and µJ per inference (mW for the wake word) of the valid result with the least energy.
    least_energy: Option<(String, f64)>,
    /// Supply voltage of that energy in V.
    least_energy_supply_v: Option<f64>,
}

/// The best valid results of a device class in the closed division, over all rounds, for one benchmark.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ClassBest {
    pub(super) benchmark: String,
    pub(super) class: String,
    /// The fastest result of the first round that has one.
    pub(super) first: Option<Record>,
    /// The result with the most inferences per second.
    pub(super) fastest: Option<Record>,
    /// The result with the least µJ per inference (mW for the wake word).
    pub(super) least_energy: Option<Record>,
}

/// A best result.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Record {
    round: String,
    /// Submitter and system.
    system: String,
    /// Inferences per second, µJ per inference, or mW.
    pub(super) value: f64,
    /// Supply voltage in V, if it is an energy.
    supply_v: Option<f64>,
}

/// One system in all reports: report index to the system, and why it matches the earlier one.
type Thread<'a> = BTreeMap<usize, (&'a System, Option<SystemMatch>)>;

impl History {
    /// Builds the history of rounds, given oldest first.
    #[must_use]
    pub fn new(reports: &[Report]) -> Self {
        let threads = threads(reports);
        let mut systems: Vec<SystemHistory> = threads.iter().map(|thread| life(thread, reports)).collect();
        systems.sort_by(|a, b| key(a).cmp(&key(b)));
        let rounds = reports.iter().map(|report| report.round.name.clone()).collect();
        let specs = reports.iter().flat_map(|report| &report.round.benchmarks);
        let streams = specs.filter(|(_, spec)| spec.task == Task::Wakeword).map(|(name, _)| name.clone()).collect();
        Self { rounds, systems, best: best(reports), classes: classes(reports), streams }
    }

    /// Returns the unit of a benchmark's energy. `benchmark` is a name or a label with a variant.
    pub(super) fn energy_unit(&self, benchmark: &str) -> &'static str {
        let name = benchmark.split(['/', ' ']).next().unwrap_or(benchmark);
        if self.streams.contains(name) { "mW" } else { "µJ/inf" }
    }
}

impl SystemHistory {
    /// Returns whether the system is in the closed division.
    pub(super) fn is_closed(&self) -> bool {
        self.submitter.starts_with("closed/")
    }

    /// Returns division, submitter and system name of the newest round that has the system.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.submitter, self.seen.last().map_or("", |seen| seen.name.as_str()))
    }

    /// Returns whether the name changed between rounds.
    pub(super) fn is_renamed(&self) -> bool {
        self.seen.windows(2).any(|pair| pair[0].name != pair[1].name)
    }

    /// Returns whether the submitter is spelled differently in some round.
    pub(super) fn has_other_submitter(&self) -> bool {
        self.seen.windows(2).any(|pair| pair[0].submitter != pair[1].submitter)
    }

    /// Returns the rounds that have the system, with its names and why they match.
    pub(super) fn names(&self) -> String {
        let seen = self.seen.iter().map(|seen| {
            let name = if self.has_other_submitter() {
                format!("{}/{}", seen.submitter, seen.name)
            } else {
                seen.name.clone()
            };
            match &seen.by {
                Some(by) if *by != SystemMatch::SameName.to_string() => {
                    let sure = if seen.sure { "" } else { ", uncertain" };
                    format!("{} as {name} ({by}{sure})", seen.round)
                }
                _ if self.is_renamed() || self.has_other_submitter() => format!("{} as {name}", seen.round),
                _ => seen.round.clone(),
            }
        });
        seen.collect::<Vec<_>>().join(", ")
    }
}

fn key(life: &SystemHistory) -> (&str, Option<&str>) {
    (&life.submitter, life.seen.last().map(|seen| seen.name.as_str()))
}

/// Matches systems over all rounds. A system may skip rounds.
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

fn life(thread: &Thread<'_>, reports: &[Report]) -> SystemHistory {
    let mut figures: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    let mut seen = Vec::new();
    for (index, (system, by)) in thread {
        let report = &reports[*index];
        let round = report.round.name.clone();
        for benchmark in system.benchmarks.iter().filter(|benchmark| !benchmark.runs.is_empty()) {
            figures.entry(benchmark.label()).or_default().push(point(report, system, benchmark));
        }
        seen.push(Appearance {
            round,
            submitter: system.submitter.clone(),
            name: system.name.clone(),
            by: by.map(|by| by.to_string()),
            sure: by.is_none_or(SystemMatch::is_sure),
        });
    }
    let newest = thread.last_key_value();
    let submitter =
        newest.map_or_else(String::new, |(_, (system, _))| format!("{}/{}", system.division, system.submitter));
    let last = reports.len().saturating_sub(1);
    let takes_part = |system: &System| {
        let submitters = &reports[last].submission.submitters;
        submitters.iter().any(|one| plain(&one.name) == plain(&system.submitter))
    };
    let vanished = newest.is_some_and(|(round, (system, _))| *round != last && takes_part(system));
    let class = newest.map_or(DeviceClass::Unknown, |(_, (system, _))| DeviceClass::new(system)).to_string();
    SystemHistory { submitter, class, seen, figures, vanished }
}

fn point(report: &Report, system: &System, benchmark: &Benchmark) -> Point {
    let scores = benchmark.scores();
    let words = scores.wakeword.as_ref();
    Point {
        round: report.round.name.clone(),
        valid: report.is_valid(system, benchmark),
        known_absent: report.is_known_absent(system, benchmark),
        energy_valid: report.is_valid(system, benchmark) && !report.has_unconfirmed_energy(benchmark),
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
                least_energy_supply_v: None,
            });
            if let Some(rate) =
                point.throughput.filter(|rate| entry.fastest.as_ref().is_none_or(|(_, best)| rate > best))
            {
                entry.fastest = Some((label.clone(), rate));
            }
            let less = |energy: &f64| entry.least_energy.as_ref().is_none_or(|(_, best)| energy < best);
            if let Some(energy) = point.energy.filter(|_| point.energy_valid).filter(less) {
                entry.least_energy = Some((label, energy));
                entry.least_energy_supply_v = point.supply_v;
            }
        }
    }
    best.into_values().collect()
}

fn classes(reports: &[Report]) -> Vec<ClassBest> {
    let mut classes: BTreeMap<(String, DeviceClass), ClassBest> = BTreeMap::new();
    for report in reports {
        for (system, benchmark) in report.results().filter(|(system, _)| system.is_closed()) {
            let point = point(report, system, benchmark);
            let Some(name) = benchmark.name.clone().filter(|_| point.valid) else { continue };
            let class = DeviceClass::new(system);
            let entry = classes.entry((name.clone(), class.clone())).or_insert_with(|| ClassBest {
                benchmark: name,
                class: class.to_string(),
                first: None,
                fastest: None,
                least_energy: None,
            });
            let record = |value: f64| Record {
                round: report.round.name.clone(),
                system: format!("{}/{}", system.submitter, system.name),
                value,
                supply_v: None,
            };
            if let Some(rate) = point.throughput {
                let beats = |best: &Record| rate > best.value;
                if entry.first.as_ref().is_none_or(|first| first.round == report.round.name && beats(first)) {
                    entry.first = Some(record(rate));
                }
                if entry.fastest.as_ref().is_none_or(beats) {
                    entry.fastest = Some(record(rate));
                }
            }
            if let Some(energy) = point
                .energy
                .filter(|_| point.energy_valid)
                .filter(|energy| entry.least_energy.as_ref().is_none_or(|best| *energy < best.value))
            {
                entry.least_energy = Some(Record { supply_v: point.supply_v, ..record(energy) });
            }
        }
    }
    classes.into_values().collect()
}

/// Formats a record: round, value with unit, system.
pub(super) fn format_record(record: &Record, unit: &str) -> String {
    format!("{} {} {unit}{} {}", record.round, super::decimals(record.value), at_volts(record.supply_v), record.system)
}

/// Formats a supply voltage, without which energies do not compare.
pub(super) fn at_volts(volts: Option<f64>) -> String {
    volts.map(|volts| format!(" at {volts} V")).unwrap_or_default()
}

impl Point {
    /// Why the figure does not count; empty if it does.
    pub(super) const fn objection(&self) -> &'static str {
        match (self.valid, self.known_absent) {
            (true, _) => "",
            (false, true) => "unproven, files absent",
            (false, false) => "not valid",
        }
    }
}

/// Writes the history as text in lines of at most `width` characters.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_text(history: &History, width: usize, out: &mut dyn Write) -> io::Result<()> {
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
pub(crate) fn write_markdown(history: &History, out: &mut dyn Write) -> io::Result<()> {
    lines(history, &mut |indent, text| match indent {
        0 => writeln!(out, "\n### {}\n", Untrusted(text).for_markdown()),
        _ => writeln!(out, "{}- {}", " ".repeat(indent - 2), Untrusted(text).for_markdown()),
    })
}

type Line<'a> = &'a mut dyn FnMut(usize, &str) -> io::Result<()>;

fn lines(history: &History, line: Line<'_>) -> io::Result<()> {
    for life in &history.systems {
        let vanished = if life.vanished { ", missing from the last round" } else { "" };
        line(0, &Untrusted(&format!("{}{vanished}", life.name())).for_terminal())?;
        line(2, &Untrusted(&format!("{}, in {}", life.class, life.names())).for_terminal())?;
        for (benchmark, points) in &life.figures {
            let (rates, energies) = (figures(points, Measure::Throughput), figures(points, Measure::Energy));
            for (what, figures) in [("inf/s", rates), (history.energy_unit(benchmark), energies)] {
                if !figures.is_empty() {
                    line(2, &Untrusted(&format!("{benchmark} {what}: {figures}")).for_terminal())?;
                }
            }
        }
    }
    line(0, "best valid results in the closed division")?;
    for best in &history.best {
        let text = |one: &Option<(String, f64)>, unit: &str, volts: Option<f64>| {
            let shown =
                |(name, value): &(String, f64)| format!("{} {unit}{} {name}", super::decimals(*value), at_volts(volts));
            let text = one.as_ref().map(shown);
            text.unwrap_or_else(|| "none".to_owned())
        };
        let unit = history.energy_unit(&best.benchmark);
        let fastest = text(&best.fastest, "inf/s", None);
        let least = text(&best.least_energy, unit, best.least_energy_supply_v);
        line(
            2,
            &Untrusted(&format!("{} {}: fastest {fastest}, least energy {least}", best.benchmark, best.round))
                .for_terminal(),
        )?;
    }
    line(0, "first and best results by device class")?;
    for best in &history.classes {
        let unit = history.energy_unit(&best.benchmark);
        let records = [
            ("first", &best.first, "inf/s"),
            ("fastest", &best.fastest, "inf/s"),
            ("least energy", &best.least_energy, unit),
        ];
        let records = records
            .iter()
            .filter_map(|(what, one, unit)| Some(format!("{what} {}", format_record(one.as_ref()?, unit))))
            .collect::<Vec<_>>()
            .join(", ");
        line(2, &Untrusted(&format!("{} {}: {records}", best.benchmark, best.class)).for_terminal())?;
    }
    Ok(())
}

/// Formats a figure for every round that has it, with the change from the previous one in per cent. Energies at different
/// supply voltages are not compared.
pub(super) fn changes(points: &[Point], figure: Measure) -> Vec<(&Point, String)> {
    let mut before: Option<(&Point, f64)> = None;
    let mut changes = Vec::new();
    for point in points {
        let Some(value) = figure.of(point) else { continue };
        let change = before.filter(|(earlier, before)| {
            *before != 0.0 && (figure == Measure::Throughput || earlier.supply_v == point.supply_v)
        });
        let change = change.map(|(_, before)| format!(" ({:+.1} %)", 100.0 * (value / before - 1.0)));
        changes.push((point, format!("{}{}", super::decimals(value), change.unwrap_or_default())));
        before = Some((point, value));
    }
    changes
}

/// A figure that is followed from round to round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Inferences per second.
    Throughput,
    /// Energy or power.
    Energy,
}

impl Measure {
    /// Returns the figure of a round.
    pub(super) const fn of(self, point: &Point) -> Option<f64> {
        match self {
            Self::Throughput => point.throughput,
            Self::Energy => point.energy,
        }
    }

    /// Why the figure does not count; empty if it does.
    pub(super) const fn objection(self, point: &Point) -> &'static str {
        match self {
            Self::Energy if point.valid && !point.energy_valid => "unproven",
            _ => point.objection(),
        }
    }
}

/// Formats a figure of all rounds in one line, energies with their supply voltage.
fn figures(points: &[Point], figure: Measure) -> String {
    let figures = changes(points, figure).into_iter().map(|(point, text)| {
        let objection = figure.objection(point);
        let objection = if objection.is_empty() { String::new() } else { format!(" ({objection})") };
        let volts = if figure == Measure::Energy { at_volts(point.supply_v) } else { String::new() };
        format!("{} {text}{volts}{objection}", point.round)
    });
    figures.collect::<Vec<_>>().join(", ")
}
