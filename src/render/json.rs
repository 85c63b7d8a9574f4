//! JSON, a contract: these types are frozen, and fields are only ever added.

use std::collections::HashMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::proof::ProofRow;
use super::weights::WeightsRow;
use crate::audit::finding::{Change, Measured as MeasuredValue};
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, System, WakewordScores};
use crate::render::publication::Filter;
use crate::round::{Runner, Severity};
use crate::source::around;

/// What `check --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit check")]
pub struct Check {
    /// `tinyaudit`.
    tool: &'static str,
    /// Its version.
    version: &'static str,
    /// The round the tree was held against.
    round: String,
    /// Whether the tree passes.
    verdict: Verdict,
    /// Findings by severity.
    counts: Counts,
    /// Number of systems.
    systems: usize,
    /// Number of results.
    results: usize,
    /// Everything found, sorted by path, line and rule.
    findings: Vec<Finding>,
    /// What no program can check, with `--reminders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminders: Option<Vec<String>>,
}

/// Whether a tree passes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Pass,
    Fail,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    error: usize,
    warning: usize,
    note: usize,
}

/// One finding; what `check --format jsonl` prints in a line.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit finding")]
pub struct Finding {
    /// Id of the rule.
    rule: &'static str,
    /// How bad it is.
    severity: Severity,
    /// Path relative to the tree, separated by `/`.
    path: String,
    /// Line in that file, or null for the whole of it.
    line: Option<u32>,
    /// What that line shows, or null where the finding compares nothing.
    label: Option<String>,
    /// The other places it compares with.
    related: Vec<Related>,
    /// Whose it is, or null where it lies in no submitter's folder.
    submitter: Option<String>,
    /// The system under test, or null where it concerns none or several.
    system: Option<String>,
    /// The benchmark's short name as in results (its folder's, if it is none of the round), or null where it concerns none
    /// or several.
    benchmark: Option<String>,
    /// What is wrong.
    message: String,
    /// More facts.
    notes: Vec<String>,
    /// What to do.
    help: String,
    /// Where the rule comes from.
    source: String,
    /// What was measured and what was expected, where these are numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<MeasuredValue>,
    /// The published figure that changes, from the claim to what the evidence gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    /// The rule that could not be decided, where that is what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<&'static str>,
    /// The decision by which it does not count, or null.
    waived: Option<crate::audit::finding::Decision>,
    /// The list of absent files that names its file, if it follows from that.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_absent: Option<String>,
}

/// Another place that a finding speaks of.
#[derive(Debug, Serialize, JsonSchema)]
struct Related {
    /// Path relative to the tree, separated by `/`.
    path: String,
    /// Line in that file, or null for the whole of it.
    line: Option<u32>,
    /// What it shows.
    label: String,
}

/// What `results --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit results")]
pub struct Results {
    /// The round the tree was held against.
    round: String,
    /// One a benchmark and system, sorted by path.
    results: Vec<ResultRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ResultRow {
    division: String,
    submitter: String,
    system: String,
    /// The official short name.
    benchmark: String,
    /// The extra path level, if there is one.
    variant: Option<String>,
    /// `Status` of the system description in lower case.
    availability: Option<String>,
    runner: Option<Runner>,
    throughput: Option<Measured>,
    accuracy: Option<Measured>,
    auc: Option<Unitless>,
    energy: Option<Measured>,
    /// Supply voltage of the energy in V, as its session says.
    supply_v: Option<f64>,
    wakeword: Option<WakewordRow>,
    /// Whether it may be published: no error lies on it, and every figure it needs is confirmed.
    valid: bool,
    /// What is proven of its figures.
    figures: Vec<ProofRow>,
    /// Which known weights its answers are nearest to, where any are known.
    weights: Option<WeightsRow>,
}

/// A figure with a unit.
#[derive(Debug, Serialize, JsonSchema)]
struct Measured {
    /// As printed in results.txt.
    claimed: Option<f64>,
    /// From raw evidence.
    recomputed: Option<f64>,
    unit: &'static str,
    /// Why it could not be recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A figure without a unit.
#[derive(Debug, Serialize, JsonSchema)]
struct Unitless {
    /// As printed in results.txt.
    claimed: Option<f64>,
    /// From raw evidence.
    recomputed: Option<f64>,
    /// Why it could not be recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A count.
#[derive(Debug, Serialize, JsonSchema)]
struct Counted {
    /// As printed in results.txt.
    claimed: Option<u64>,
    /// From raw evidence.
    recomputed: Option<u64>,
    /// Why it could not be recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WakewordRow {
    true_positives: Counted,
    false_negatives: Counted,
    false_positives: Counted,
    duty_cycle: Unitless,
    throughput: Measured,
    power: Option<Measured>,
}

/// Writes every finding as JSON in a line of its own.
///
/// # Errors
/// When the writer fails.
pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let owners = Owners::of(report);
    for one in &report.findings {
        serde_json::to_writer(&mut *out, &owners.finding(one))?;
        writeln!(out)?;
    }
    Ok(())
}

impl Check {
    /// The report as JSON; `threshold` decides the verdict, `reminders` adds what no program can check.
    #[must_use]
    pub fn of(report: &Report, threshold: Severity, reminders: bool) -> Self {
        let (counts, owners) = (report.counts(), Owners::of(report));
        Self {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            round: report.round.name.clone(),
            verdict: if report.fails(threshold) { Verdict::Fail } else { Verdict::Pass },
            counts: Counts { error: counts.error, warning: counts.warning, note: counts.note },
            systems: report.submission.systems.len(),
            results: report.results().count(),
            findings: report.findings.iter().map(|one| owners.finding(one)).collect(),
            reminders: reminders.then(|| {
                let entries = crate::audit::coverage::reminders(&report.submission, &report.round);
                entries.into_iter().filter_map(|entry| entry.reminder.clone()).collect()
            }),
        }
    }
}

/// Whose the paths of a report are.
struct Owners<'a> {
    report: &'a Report,
    systems: HashMap<&'a str, &'a System>,
    descriptions: HashMap<&'a str, &'a System>,
    benchmarks: HashMap<&'a str, (&'a System, &'a Benchmark)>,
}

impl<'a> Owners<'a> {
    fn of(report: &'a Report) -> Self {
        let systems = &report.submission.systems;
        let mut descriptions = HashMap::new();
        for system in systems.iter().filter(|system| !system.description_path.is_empty()) {
            descriptions.entry(system.description_path.as_str()).or_insert(system);
        }
        let benchmarks = report.submission.benchmarks();
        Self {
            report,
            systems: systems.iter().map(|system| (system.path.as_str(), system)).collect(),
            descriptions,
            benchmarks: benchmarks.map(|(system, one)| (one.path.as_str(), (system, one))).collect(),
        }
    }

    fn finding(&self, finding: &crate::audit::finding::Finding) -> Finding {
        let path = finding.path.as_str();
        let system = around(path).find_map(|folder| self.systems.get(folder)).or_else(|| self.descriptions.get(path));
        let benchmark = around(path)
            .filter_map(|folder| self.benchmarks.get(folder))
            .find(|(owner, _)| system.is_some_and(|system| std::ptr::eq(*system, *owner)));
        Finding {
            submitter: self.report.submission.submitter_of(path).map(|submitter| submitter.name.clone()),
            system: system.map(|system| system.name.clone()),
            benchmark: benchmark.map(|(_, one)| one.short_name().to_owned()),
            rule: finding.rule.id,
            severity: finding.severity,
            path: finding.path.clone(),
            line: (finding.line > 0).then_some(finding.line),
            label: finding.label.clone(),
            related: finding
                .related
                .iter()
                .map(|place| Related {
                    path: place.path.clone(),
                    line: (place.line > 0).then_some(place.line),
                    label: place.label.clone(),
                })
                .collect(),
            message: finding.message.clone(),
            notes: finding.notes.clone(),
            help: finding.help.clone(),
            source: finding.rule.source(),
            measured: finding.measured,
            change: finding.change,
            undecided: finding.undecided.map(|rule| rule.id),
            waived: finding.decision().cloned(),
            known_absent: match &finding.suppression {
                Some(crate::audit::finding::Suppression::KnownAbsent(list)) => Some(list.clone()),
                _ => None,
            },
        }
    }
}

impl Results {
    /// The results of a report as JSON.
    #[must_use]
    pub fn of(report: &Report, filter: &Filter) -> Self {
        let results = report
            .results()
            .filter(|(system, benchmark)| filter.takes(system, benchmark))
            .map(|(system, benchmark)| {
                let scores = benchmark.scores();
                ResultRow {
                    division: system.division.clone(),
                    submitter: system.submitter.clone(),
                    system: system.name.clone(),
                    benchmark: benchmark.short_name().to_owned(),
                    variant: benchmark.variant.clone(),
                    availability: system.availability(),
                    runner: benchmark.runs.values().find_map(|run| run.runner),
                    throughput: scores.throughput.map(|figure| measured(figure, "inf/s")),
                    accuracy: scores.top1.map(|figure| measured(figure, "%")),
                    auc: scores.auc.map(unitless),
                    energy: scores.energy.map(|figure| measured(figure, "uJ/inf")),
                    supply_v: scores.supply_v,
                    wakeword: scores.wakeword.map(wakeword),
                    valid: report.is_valid(system, benchmark),
                    figures: ProofRow::of(report, benchmark),
                    weights: WeightsRow::of(benchmark),
                }
            })
            .collect();
        Self { round: report.round.name.clone(), results }
    }
}

fn measured(figure: Figure, unit: &'static str) -> Measured {
    let Unitless { claimed, recomputed, reason } = unitless(figure);
    Measured { claimed, recomputed, unit, reason }
}

fn unitless(figure: Figure) -> Unitless {
    Unitless {
        claimed: figure.claimed.map(|claimed| claimed.value),
        recomputed: figure.recomputed,
        reason: figure.reason,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts are small whole numbers
fn counted(figure: Figure) -> Counted {
    Counted {
        claimed: figure.claimed.map(|claimed| claimed.value as u64),
        recomputed: figure.recomputed.map(|value| value as u64),
        reason: figure.reason,
    }
}

fn wakeword(scores: WakewordScores) -> WakewordRow {
    WakewordRow {
        true_positives: counted(scores.true_positives),
        false_negatives: counted(scores.false_negatives),
        false_positives: counted(scores.false_positives),
        duty_cycle: unitless(scores.duty_cycle),
        throughput: measured(scores.throughput, "inf/s"),
        power: scores.power.map(|figure| measured(figure, "mW")),
    }
}

/// Writes a value as indented JSON with a line end.
///
/// # Errors
/// When the writer fails.
pub fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
