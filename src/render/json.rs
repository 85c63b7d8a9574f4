//! JSON output. Its format is stable: fields may be added, but never changed or removed.

mod escaping;

pub(super) use self::escaping::quoted;

use std::collections::HashMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use self::escaping::Escaping;
use super::evidence_read::EvidenceReadRow;
use super::proof::ProofRow;
use super::publication::LeftOut;
use super::replay::ReplayRow;
use super::weights::WeightsRow;
use crate::audit::finding::{Change, Measured as MeasuredValue, Suppression};
use crate::audit::metrics::spread::Spread;
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, System, WakewordScores};
use crate::render::publication::Filter;
use crate::round::{Mode, Runner, Severity};
use crate::source::around;

/// What `check --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tinyaudit check")]
pub struct Check<'a> {
    /// `tinyaudit`.
    tool: &'static str,
    /// Version of tinyaudit.
    version: &'static str,
    /// The round whose rules were used.
    round: String,
    /// Whether the tree passes.
    verdict: Verdict,
    /// Numbers of findings by severity.
    counts: Counts,
    /// Number of systems.
    systems: usize,
    /// Number of results.
    results: usize,
    /// All findings, sorted by path, line and rule.
    #[schemars(with = "Vec<Finding>")]
    findings: Findings<'a>,
    /// Points that no program can check; only with `--reminders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminders: Option<Vec<String>>,
    /// Results and energies that were left out of a package, because they are not valid; only with
    /// `package --only-valid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut>,
}

/// The findings of a report, which are built one by one as they are written.
struct Findings<'a> {
    report: &'a Report,
    owners: Owners<'a>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.report.findings().map(|one| self.owners.finding(one)))
    }
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

/// One finding, which is also one line of `check --format jsonl`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit finding")]
pub struct Finding {
    /// Id of the rule.
    rule: &'static str,
    /// Severity.
    severity: Severity,
    /// Path relative to the tree, separated by `/`.
    path: String,
    /// Line in that file; null for the whole file.
    line: Option<u32>,
    /// What that line shows; null if there is nothing to say about it.
    label: Option<String>,
    /// Other places that the finding compares with.
    related: Vec<Related>,
    /// The submitter; null if the path is not in a submitter's folder.
    submitter: Option<String>,
    /// The system under test; null if the path belongs to none or to several.
    system: Option<String>,
    /// The benchmark's short name as in results, or its folder's name if the round does not have the benchmark; null if
    /// the path belongs to none or to several.
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
    /// The published figure that changes, from the claimed to the recomputed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    /// The rule that could not be decided, if that is the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<&'static str>,
    /// The decision that waives the finding; null if it is not waived.
    waived: Option<crate::audit::finding::Decision>,
    /// The list of absent files that names the missing file, if the finding follows from its absence.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_absent: Option<String>,
    /// The settings that ignore the rule of this warning or note.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<String>,
}

/// Another place that a finding compares with.
#[derive(Debug, Serialize, JsonSchema)]
struct Related {
    /// Path relative to the tree, separated by `/`.
    path: String,
    /// Line in that file; null for the whole file.
    line: Option<u32>,
    /// What it shows.
    label: String,
}

/// What `results --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit results")]
pub struct Results {
    /// The round whose rules were used.
    round: String,
    /// One entry per system and benchmark, sorted by path.
    results: Vec<ResultRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ResultRow {
    division: String,
    submitter: String,
    system: String,
    /// The official short name.
    benchmark: String,
    /// The additional folder level below the benchmark, if there is one.
    variant: Option<String>,
    /// `Status` of the system description in lower case.
    availability: Option<String>,
    runner: Option<Runner>,
    throughput: Option<Measured>,
    accuracy: Option<Measured>,
    auc: Option<Unitless>,
    energy: Option<Measured>,
    /// How far the windows of the runs are from each other.
    repeatability: Repeatability,
    /// Supply voltage of the energy run in V, from its session.
    supply_v: Option<f64>,
    wakeword: Option<WakewordRow>,
    /// Whether the result may be published: no error concerns it, and every figure it needs is confirmed.
    valid: bool,
    /// Status of each figure.
    figures: Vec<ProofRow>,
    /// The known weights whose outputs are nearest, if the benchmark has known weights.
    weights: Option<WeightsRow>,
    /// The output vectors, compared with those of the reference model; null without reference or complete log.
    replay: Option<ReplayRow>,
    /// How much of each log and results.json takes part in the audit.
    evidence_read: Vec<EvidenceReadRow>,
}

/// The spread of the windows of a result's runs; null without at least two windows with all values.
#[derive(Debug, Serialize, JsonSchema)]
struct Repeatability {
    /// Throughput in the windows of the performance run.
    throughput: Option<Spread>,
    /// Energy per inference in the windows of the energy run.
    energy: Option<Spread>,
}

/// A figure with a unit.
#[derive(Debug, Serialize, JsonSchema)]
struct Measured {
    /// As printed in results.txt.
    claimed: Option<f64>,
    /// Recomputed from raw evidence.
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
    /// Recomputed from raw evidence.
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
    /// Recomputed from raw evidence.
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

/// Writes one line of JSON per finding.
///
/// # Errors
/// When the writer fails.
pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let owners = Owners::of(report);
    for one in report.findings() {
        serde_json::to_writer(Escaping::new(out), &owners.finding(one))?;
        writeln!(out)?;
    }
    Ok(())
}

impl<'a> Check<'a> {
    /// Builds the JSON form of a report. `threshold` decides the verdict; `reminders` adds the points that no program
    /// can check.
    #[must_use]
    pub fn new(report: &'a Report, threshold: Severity, reminders: bool) -> Self {
        let counts = report.counts();
        Self {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            round: report.round.name.clone(),
            verdict: if report.fails(threshold) { Verdict::Fail } else { Verdict::Pass },
            counts: Counts { error: counts.error, warning: counts.warning, note: counts.note },
            systems: report.submission.systems.len(),
            results: report.results().count(),
            findings: Findings { report, owners: Owners::of(report) },
            reminders: reminders.then(|| {
                let entries = crate::audit::coverage::reminders(&report.submission, &report.round);
                entries.into_iter().filter_map(|entry| entry.reminder.clone()).collect()
            }),
            left_out: Vec::new(),
        }
    }

    /// Lists what a package leaves out.
    #[must_use]
    pub(super) fn leaving_out(self, left_out: &[LeftOut]) -> Self {
        Self { left_out: left_out.to_vec(), ..self }
    }
}

/// Finds the system and benchmark that a path belongs to.
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
            change: finding.change.as_deref().copied(),
            undecided: finding.undecided.map(|rule| rule.id),
            waived: finding.decision().cloned(),
            known_absent: match finding.suppression.as_deref() {
                Some(Suppression::KnownAbsent(list)) => Some(list.clone()),
                _ => None,
            },
            ignored: match finding.suppression.as_deref() {
                Some(Suppression::Ignored(file)) => Some(file.clone()),
                _ => None,
            },
        }
    }
}

impl Results {
    /// Builds the JSON form of a report's results.
    #[must_use]
    pub fn new(report: &Report, filter: &Filter) -> Self {
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
                    repeatability: Repeatability {
                        throughput: benchmark.run(Mode::Performance).and_then(Spread::of_throughput),
                        energy: benchmark.run(Mode::Energy).and_then(Spread::of_energy),
                    },
                    supply_v: scores.supply_v,
                    wakeword: scores.wakeword.map(|scores| wakeword(*scores)),
                    valid: report.is_valid(system, benchmark),
                    figures: ProofRow::for_result(report, benchmark),
                    weights: WeightsRow::of(benchmark),
                    replay: ReplayRow::of(benchmark),
                    evidence_read: EvidenceReadRow::for_result(benchmark),
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

/// Writes a value as indented JSON and a newline.
///
/// # Errors
/// When the writer fails.
pub fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaping::new(out), value)?;
    writeln!(out)
}
