//! Selection of the results for publication: which ones, with which figures, in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::finding::Finding;
use crate::audit::proof::{Kind, Status};
pub use crate::audit::report::LeftOut;
use crate::audit::report::{Report, weight};
use crate::model::{Benchmark, Figure, System, WakewordScores};
use crate::parse::document::description::FieldValue;
use crate::parse::python;
use crate::render::untrusted::Untrusted;
use crate::render::url;
use crate::round::{BenchmarkSpec, Mode, Round, Target};

/// Columns of the official tables that come from the system description: column name and description field.
pub(crate) const FIELDS: [(&str, &str); 10] = [
    ("HostProcessorModelName", "Processor(s) Name"),
    ("HostProcessorFrequency", "Processor(s) Frequencies"),
    ("HostProcessorMemory", "Processor memory type and capacity"),
    ("AcceleratorModelName", "Accelerator"),
    ("AcceleratorFrequency", "Accelerator(s) Frequencies"),
    ("AcceleratorMemory", "Accelerator memory type and capacity"),
    ("HardwareNotes", "Hardware Notes"),
    ("InferenceFramework", "Inference Framework"),
    ("SoftwareLibraries", "Software Libraries"),
    ("SoftwareNotes", "Software Notes"),
];

/// Texts that the official report tool reads as an empty cell.
const EMPTY: [&str; 18] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan",
];

/// Availability of a system whose description does not state it.
const UNSTATED: &str = "not stated";

/// Which results to list, and whether with claimed or recomputed figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// Only valid results, with recomputed figures.
    #[default]
    Valid,
    /// All results with recomputed figures, invalid ones marked.
    Marked,
    /// All results with claimed figures, regardless of findings.
    AsPublished,
}

/// Restricts the results to a division and to benchmarks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only results of this division; `None` means all.
    pub division: Option<String>,
    /// Only results of these benchmarks; empty means all.
    pub benchmarks: Vec<String>,
}

/// A figure as it is displayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The figure with as many decimals as the runner prints.
    pub text: String,
    /// The number that the text represents.
    pub value: f64,
    /// Why the figure is struck out. `None` if it is confirmed in a valid result, or with [`Selection::AsPublished`].
    pub struck: Option<String>,
}

/// One row of a results table: one benchmark of one system.
#[derive(Debug)]
pub struct Row<'a> {
    /// The system under test.
    pub system: &'a System,
    /// The benchmark.
    pub benchmark: &'a Benchmark,
    /// The benchmark's specification in the round, if the round has the benchmark.
    pub spec: Option<&'a BenchmarkSpec>,
    /// Whether the result may be published.
    pub valid: bool,
    /// Errors that concern the result.
    pub errors: Vec<&'a Finding>,
    /// Figures that are not confirmed, each with the first reason.
    pub unproven: Vec<String>,
    /// Median inferences per second; for the wake word, frames processed per second.
    pub throughput: Option<Shown>,
    /// Top-1 in per cent, AUC, or the F1 score of the wake word.
    pub quality: Option<Shown>,
    /// Median µJ per inference; for the wake word, the mean power in mW.
    pub energy: Option<Shown>,
    /// Misses, false alarms and duty cycle of the wake word.
    pub wakeword: Option<Detections>,
}

/// The counts of a wake word result.
#[derive(Debug, Clone, PartialEq)]
pub struct Detections {
    /// False alarms: detections without a word.
    pub false_positives: Shown,
    /// Missed words.
    pub false_negatives: Shown,
    /// Fraction of the time spent processing.
    pub duty_cycle: Option<Shown>,
}

impl Row<'_> {
    /// Returns the official short name of the benchmark, or the folder's name if it is unknown.
    #[must_use]
    pub fn name(&self) -> &str {
        self.benchmark.short_name()
    }

    /// Returns the name of the model, which is the folder's name.
    #[must_use]
    pub fn model(&self) -> &str {
        self.benchmark.variant.as_deref().unwrap_or(&self.benchmark.folder)
    }

    /// Returns the availability in lower case. It is never empty because tables are grouped by it.
    #[must_use]
    pub fn availability(&self) -> String {
        self.system.availability().unwrap_or_else(|| UNSTATED.to_owned())
    }

    /// Returns the milliseconds per inference.
    #[must_use]
    pub fn latency_ms(&self) -> Option<f64> {
        self.throughput.as_ref().filter(|shown| shown.value > 0.0).map(|shown| 1000.0 / shown.value)
    }

    /// Returns the milliseconds per inference, rounded for display.
    #[must_use]
    pub fn latency(&self) -> Option<Shown> {
        let value = self.latency_ms()?;
        let struck = self.throughput.as_ref()?.struck.clone();
        Some(Shown { text: super::decimals(value), value, struck })
    }

    /// Returns division, submitter, system and benchmark, separated by `/`.
    #[must_use]
    pub fn label(&self) -> String {
        let System { division, submitter, name, .. } = self.system;
        Untrusted(&format!("{division}/{submitter}/{name}/{}", self.benchmark.label())).for_terminal()
    }

    /// Returns a description field as the final report shows it: empty if the official tool reads it as an empty cell.
    #[must_use]
    pub fn cell(&self, key: &str) -> String {
        self.field(key).map_or_else(String::new, |text| without_empty(&text).to_owned())
    }

    /// Returns a field of the system description as the official tool reads it; `None` if there is no such field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<String> {
        let value = &self.system.description.as_ref()?.get(key)?.value;
        Some(match value {
            FieldValue::Text(text) => text.clone(),
            FieldValue::Other(json) => {
                serde_json::from_str(json).map_or_else(|_| json.clone(), |value| python::text(&value))
            }
        })
    }
}

impl Filter {
    /// Returns whether the filter includes a result.
    #[must_use]
    pub fn takes(&self, system: &System, benchmark: &Benchmark) -> bool {
        let name = benchmark.short_name();
        self.division.as_ref().is_none_or(|only| *only == system.division)
            && (self.benchmarks.is_empty() || self.benchmarks.iter().any(|only| only == name))
    }
}

/// Returns the selected results in the order of their paths, and what is left out.
#[must_use]
pub fn rows<'a>(report: &'a Report, selection: Selection, filter: &Filter) -> (Vec<Row<'a>>, Vec<LeftOut>) {
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for (system, benchmark) in report.results() {
        if !filter.takes(system, benchmark) {
            continue;
        }
        let (row, missing) = row(report, system, benchmark, selection);
        if selection == Selection::Valid && !row.valid {
            left_out.push(LeftOut { result: row.label(), reason: why_invalid(&row.errors, &row.unproven) });
            continue;
        }
        left_out.extend(missing.into_iter().map(|reason| LeftOut { result: row.label(), reason }));
        shown.push(row);
    }
    (shown, left_out)
}

fn why_invalid(errors: &[&Finding], unproven: &[String]) -> String {
    let Some(first) = errors.first() else { return unproven.join("; ") };
    let others = weight(errors.iter().copied()) - 1;
    let more = if others == 0 { String::new() } else { format!(" (and {others} more)") };
    format!("{}: {}{more}", first.rule.id, first.message)
}

fn row<'a>(
    report: &'a Report,
    system: &'a System,
    benchmark: &'a Benchmark,
    selection: Selection,
) -> (Row<'a>, Vec<String>) {
    let spec = benchmark.spec(&report.round);
    let scores = benchmark.scores();
    let valid = report.is_valid(system, benchmark);
    let errors: Vec<&Finding> = report.result_findings(system, benchmark).collect();
    let unproven = report.proofs_of(benchmark).filter(|proof| proof.status() != Status::Confirmed).map(|proof| {
        let reason = proof.reason().unwrap_or_default();
        format!("{} is {}: {reason}", proof.kind.name(), proof.status())
    });
    let absent = report.absent_runs(benchmark).map(|mode| format!("there is no {mode} run"));
    let unproven: Vec<String> = unproven.chain(absent).collect();
    let invalid = (!valid).then(|| why_invalid(&errors, &unproven));
    let mut missing = Vec::new();
    let streaming = scores.wakeword.is_some();
    let mut show = |figure: Option<&Figure>, name: &str, decimals: usize| {
        let figure = figure?;
        let as_claimed = |struck: Option<String>| {
            figure.claimed.as_ref().map(|claimed| Shown { text: claimed.text.clone(), value: claimed.value, struck })
        };
        if selection == Selection::AsPublished {
            return as_claimed(None);
        }
        let kind = match name {
            _ if streaming => Kind::Wakeword,
            "throughput" => Kind::Throughput,
            "energy" => Kind::Energy,
            _ => Kind::Quality,
        };
        let unconfirmed = report.proof_of(benchmark, kind).filter(|proof| proof.status() != Status::Confirmed);
        let why = match (figure.recomputed, unconfirmed) {
            (None, _) => {
                let reason = figure.reason.as_deref().unwrap_or("there is no evidence");
                Some(format!("only {name} is left out: it cannot be recomputed: {reason}"))
            }
            (Some(_), Some(proof)) => Some(format!(
                "only {name} is left out: it is {}: {}",
                proof.status(),
                proof.reason().unwrap_or_default()
            )),
            (Some(_), None) => None,
        };
        if let (Selection::Valid, Some(why)) = (selection, &why) {
            missing.push(why.clone());
            return None;
        }
        // Marked results show the claimed figure where there is no recomputed one.
        let struck = invalid.clone().or(why);
        let Some(value) = figure.recomputed else { return as_claimed(struck) };
        let decimals = figure.claimed.as_ref().map_or(decimals, crate::parse::claims::Printed::decimals);
        let text = format!("{value:.decimals$}");
        Some(Shown { value: text.parse().unwrap_or(value), text, struck })
    };
    let wakeword = scores.wakeword.as_ref();
    let throughput = scores.throughput.as_ref().or(wakeword.map(|scores| &scores.throughput));
    let throughput = show(throughput, "throughput", 3);
    let energy = match wakeword {
        Some(scores) => show(scores.power.as_ref(), "power", 4),
        None => show(scores.energy.as_ref(), "energy", 3),
    };
    let (quality, wakeword) = match (wakeword, spec.map(|spec| spec.target)) {
        (Some(scores), _) => detections(scores, &mut show),
        (None, Some(Target::Auc(_))) => (show(scores.auc.as_ref(), "AUC", 2), None),
        (None, _) => (show(scores.top1.as_ref(), "accuracy", 1), None),
    };
    (Row { system, benchmark, spec, valid, errors, unproven, throughput, quality, energy, wakeword }, missing)
}

fn detections(
    scores: &WakewordScores,
    show: &mut impl FnMut(Option<&Figure>, &str, usize) -> Option<Shown>,
) -> (Option<Shown>, Option<Detections>) {
    let hits = show(Some(&scores.true_positives), "count of words detected", 0);
    let misses = show(Some(&scores.false_negatives), "count of words missed", 0);
    let alarms = show(Some(&scores.false_positives), "count of false alarms", 0);
    let duty_cycle = show(Some(&scores.duty_cycle), "duty cycle", 5);
    let (Some(hits), Some(false_negatives), Some(false_positives)) = (hits, misses, alarms) else {
        return (None, None);
    };
    let sum = 2.0 * hits.value + false_positives.value + false_negatives.value;
    let f1 = (sum > 0.0).then(|| 2.0 * hits.value / sum);
    let quality = f1.map(|f1| {
        // Three decimals for display; the official tool prints the unrounded value.
        let rounded = (f1 * 1000.0).round_ties_even() / 1000.0;
        Shown { text: python::repr(rounded), value: f1, struck: hits.struck.clone() }
    });
    (quality, Some(Detections { false_positives, false_negatives, duty_cycle }))
}

/// Returns a text of a table, or an empty one if the official report tool reads it as an empty cell.
pub(crate) fn without_empty(text: &str) -> &str {
    if EMPTY.contains(&text) { "" } else { text }
}

/// Returns whether the result has an energy run, even if its figure is left out.
#[must_use]
pub(crate) fn measured_energy(benchmark: &Benchmark) -> bool {
    benchmark.runs.contains_key(&Mode::Energy)
}

/// Returns the unique ID of the official report: division, submitter and board, and in the open division the model.
/// Systems on the same board share it.
#[must_use]
pub(crate) fn unique_id(row: &Row<'_>) -> String {
    let System { division, submitter, .. } = row.system;
    let model = if row.system.is_closed() { String::new() } else { format!("/{}", row.model()) };
    format!("{division}/{submitter}/{}{model}", row.cell("Board Name"))
}

/// Returns the public ID of every unique ID, numbered over all divisions.
#[must_use]
pub(crate) fn public_ids(rows: &[Row<'_>], round: &Round) -> BTreeMap<String, String> {
    let keys: BTreeSet<(&str, String, &str, String)> = rows
        .iter()
        .map(|row| {
            let availability = row.availability();
            (row.system.division.as_str(), availability, row.system.submitter.as_str(), unique_id(row))
        })
        .collect();
    let mut ids = BTreeMap::new();
    for (.., unique) in keys {
        let next = ids.len() + 1;
        ids.entry(unique).or_insert_with(|| format!("{}-{next:04}", round.name.trim_start_matches('v')));
    }
    ids
}

/// Returns the URL of a part of a submission. `repository` is the name of a repository of MLCommons, or a URL.
#[must_use]
pub(crate) fn link(repository: &str, system: &System, part: &str) -> String {
    let base = if repository.starts_with("https://") {
        repository.trim_end_matches('/').to_owned()
    } else {
        format!("https://github.com/mlcommons/{}/tree/main", url::part(repository))
    };
    let path: Vec<String> = [&system.division, &system.submitter].into_iter().map(|part| url::part(part)).collect();
    let part: Vec<String> = part.split('/').map(url::part).collect();
    format!("{base}/{}/{}", path.join("/"), part.join("/"))
}
