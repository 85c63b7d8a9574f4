//! A result: its row in the table, and its section with the evidence.

use serde::Serialize;

use super::figures::{self, Cell, Column, FigureRow};
use super::findings::{place, waiver};
use super::index::{Index, ResultEntry, key};
use super::plots::processor::Processors;
use super::plots::{self, Figure};
use super::previous::{Previous, Rounds};
use crate::model::{Benchmark, System};
use crate::render::proof::ProofRow;
use crate::render::untrusted::Untrusted;

/// A result as the templates read it.
#[derive(Debug, Serialize)]
pub struct ResultPart {
    anchor: String,
    /// Path of the result's folder.
    path: String,
    division: String,
    submitter: String,
    system: String,
    availability: String,
    processor: String,
    benchmark: String,
    throughput: Cell,
    latency: Cell,
    quality: Cell,
    energy: Cell,
    status: String,
    valid: bool,
    /// Whether its energy is not confirmed.
    energy_left_out: bool,
    /// Anchors of the findings whose waivers would make it valid.
    lifting: String,
    reasons: Vec<Reason>,
    findings: Vec<Found>,
    /// How many more findings concern it.
    more_findings: usize,
    waivers: Vec<String>,
    figures: Vec<FigureRow>,
    proofs: Vec<ProofRow>,
    facts: Vec<Fact>,
    description: String,
    weights: Option<String>,
    previous: Option<Previous>,
    plots: Vec<Figure>,
}

/// Why a result is not valid, with the anchor of the finding that reports it.
#[derive(Debug, Serialize)]
struct Reason {
    says: String,
    anchor: Option<String>,
}

/// A finding that concerns the result, in short.
#[derive(Debug, Serialize)]
struct Found {
    anchor: String,
    severity: &'static str,
    consequence: &'static str,
    message: String,
    place: String,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

/// Maximum number of findings that a result lists; the page lists them all by rule.
const MOST_FINDINGS: usize = 200;

/// Facts about a system: name and field of the system description.
const FACTS: [(&str, &str); 8] = [
    ("board", "Board Name"),
    ("processor", "Processor(s) Name"),
    ("processor frequency", "Processor(s) Frequencies"),
    ("accelerator", "Accelerator"),
    ("accelerator frequency", "Accelerator(s) Frequencies"),
    ("framework", "Inference Framework"),
    ("compiler", "ML Model Compiler(s)"),
    ("availability", "Status"),
];

/// Returns the results of a page.
pub fn parts(index: &Index<'_>) -> Vec<ResultPart> {
    let (rounds, processors) = (Rounds::of(index.report), Processors::of(index));
    index.results.iter().map(|entry| part(index, entry, &rounds, &processors)).collect()
}

fn part(index: &Index<'_>, entry: &ResultEntry<'_>, rounds: &Rounds<'_>, processors: &Processors<'_>) -> ResultPart {
    let ResultEntry { system, benchmark, .. } = entry;
    let figures = figures::rows(index, benchmark);
    let mut plots: Vec<Figure> = figures.iter().filter_map(plots::deviation::deviation).collect();
    plots.extend(plots::figures(index.report, benchmark));
    plots.extend(processors.beside(entry));
    let lifting = entry.lifting.iter().flatten().map(|at| index.anchor(*at));
    let reason = |(says, at): (String, Option<usize>)| Reason { says, anchor: at.map(|at| index.anchor(at)) };
    ResultPart {
        anchor: entry.anchor.clone(),
        path: Untrusted(&benchmark.path).for_html(),
        division: Untrusted(&system.division).for_html(),
        submitter: Untrusted(&system.submitter).for_html(),
        system: Untrusted(&system.name).for_html(),
        availability: Untrusted(&system.availability().unwrap_or_default()).for_html(),
        processor: field(system, "Processor(s) Name"),
        benchmark: entry.label(),
        throughput: figures::cell(&figures, Column::Throughput),
        latency: figures::latency(&figures),
        quality: figures::cell(&figures, Column::Quality),
        energy: figures::energy(&figures, benchmark.scores().supply_v),
        status: entry.status.key().to_owned(),
        valid: entry.valid,
        energy_left_out: entry.energy_left_out,
        lifting: lifting.collect::<Vec<_>>().join(" "),
        reasons: index.reasons(entry).into_iter().map(reason).collect(),
        findings: entry.findings.iter().take(MOST_FINDINGS).map(|at| found(index, *at)).collect(),
        more_findings: entry.findings.len().saturating_sub(MOST_FINDINGS),
        waivers: entry.findings.iter().filter_map(|at| waived(index, *at)).collect(),
        proofs: ProofRow::escaped_for_result(index.report, benchmark),
        facts: facts(system, benchmark),
        description: place(&system.description_path, 0),
        weights: crate::render::weights::words(benchmark).map(|words| Untrusted(&words).for_html()),
        previous: rounds.previous(index, entry, &figures),
        plots,
        figures,
    }
}

fn found(index: &Index<'_>, at: usize) -> Found {
    let one = &index.findings[at];
    Found {
        anchor: index.anchor(at),
        severity: one.finding.severity.name(),
        consequence: key(one.consequence),
        message: Untrusted(&one.finding.message).for_html(),
        place: place(&one.finding.path, one.finding.line),
        rule: one.finding.rule.id,
    }
}

fn waived(index: &Index<'_>, at: usize) -> Option<String> {
    let finding = index.findings[at].finding;
    waiver(finding).map(|waiver| format!("{}: {waiver}", finding.rule.id))
}

fn field(system: &System, key: &str) -> String {
    Untrusted(system.description.as_ref().map_or("", |description| description.text(key))).for_html()
}

fn facts(system: &System, benchmark: &Benchmark) -> Vec<Fact> {
    let mut facts: Vec<Fact> = FACTS.iter().map(|(name, key)| Fact { name, value: field(system, key) }).collect();
    let volts = benchmark.scores().supply_v.map(|volts| format!("{volts} V"));
    facts.push(Fact { name: "supply voltage", value: volts.unwrap_or_default() });
    let mut runners: Vec<&str> =
        benchmark.runs.values().filter_map(|run| run.runner).map(crate::round::Runner::title).collect();
    runners.dedup();
    facts.push(Fact { name: "runner", value: runners.join(", ") });
    facts.retain(|fact| !fact.value.is_empty());
    facts
}
