//! The verdict and the log of the official checker, for pipelines that read them.
//!
//! Source: behaviour of `submission_checker.py` for v1.3 and v1.4, measured on published rounds and on trees with one defect each.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::audit::checks;
use crate::audit::finding::Finding;
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, System};
use crate::parse::python::repr;
use crate::render::publication::Row;
use crate::render::untrusted::Untrusted;
use crate::round::{Mode, Target};
use crate::source::{is_inside, join};

/// Rules for which the official checker rejects everything of a submitter.
const SUBMITTER: [&str; 4] =
    [checks::folder_empty::ID, checks::pycache_folder::ID, checks::symbolic_link::ID, checks::file_too_large::ID];
/// Rules for which it rejects a system.
const SYSTEM: [&str; 2] = [checks::status_unknown::ID, checks::system_description_missing::ID];
/// Rules for which it rejects a result.
const RESULT: [&str; 3] = [checks::claim_missing::ID, checks::smaller_size_missing::ID, checks::benchmark_unknown::ID];
/// Rules for which its whole run ends.
const FATAL: [&str; 2] = [checks::byte_order_mark::ID, checks::system_description_malformed::ID];

/// The official checker's view of a tree.
#[derive(Debug)]
pub(crate) struct OfficialVerdict {
    /// Paths of everything that it judges, with whether it accepts it: results, or a whole submitter or system.
    judged: BTreeMap<String, bool>,
    /// Errors that it logs, one line each.
    errors: Vec<String>,
    /// What it cannot read, so that its own run ends there.
    fatal: Vec<String>,
}

impl OfficialVerdict {
    /// Judges a tree as the official checker does. With `keep_rows`, the results of a rejected submitter or system are
    /// judged on their own. It misses symbolic links for which `leads_to_folder` is true.
    #[must_use]
    pub(crate) fn new(report: &Report, keep_rows: bool, leads_to_folder: &dyn Fn(&str) -> bool) -> Self {
        let mut verdict = Self { judged: BTreeMap::new(), errors: Vec::new(), fatal: Vec::new() };
        let of = |rules: &'static [&str]| report.findings().filter(move |one| rules.contains(&one.rule.id));
        verdict.fatal.extend(of(&FATAL).map(line));
        let mut rejected: Vec<String> = Vec::new();
        for finding in of(&SUBMITTER) {
            if finding.rule.id == checks::symbolic_link::ID && leads_to_folder(&finding.path) {
                continue;
            }
            let Some(submitter) = report.submission.submitter_of(&finding.path) else { continue };
            verdict.errors.push(line(finding));
            verdict.judged.insert(submitter.full_name(), false);
            rejected.push(submitter.path.clone());
        }
        for finding in of(&SYSTEM) {
            let system = (report.submission.systems.iter())
                .find(|one| finding.path == one.description_path || is_inside(&finding.path, &one.path));
            let Some(system) = system else { continue };
            verdict.errors.push(line(finding));
            let name = official_path(system, None);
            if !rejected.iter().any(|path| is_inside(&system.path, path)) {
                verdict.judged.insert(name, false);
                rejected.push(system.path.clone());
            }
        }
        for (system, benchmark) in report.results() {
            if !keep_rows && rejected.iter().any(|path| is_inside(&benchmark.path, path)) {
                continue;
            }
            // A result without performance is not judged; that is only logged.
            let streams = benchmark.scores().wakeword.is_some();
            if !streams && !benchmark.runs.contains_key(&Mode::Performance) {
                verdict.errors.push(format!("{} is missing", join(&benchmark.path, "performance")));
                if benchmark.runs.contains_key(&Mode::Accuracy) {
                    continue;
                }
            }
            let against = report.findings().find(|one| {
                RESULT.contains(&one.rule.id) && (is_inside(&one.path, &benchmark.path) || one.path == benchmark.path)
            });
            let missed = missed(report, system, benchmark);
            let no_accuracy = !streams && !benchmark.runs.contains_key(&Mode::Accuracy);
            if no_accuracy {
                verdict.errors.push(format!("{} is missing", join(&benchmark.path, "accuracy")));
            }
            verdict.errors.extend(against.map(line).into_iter().chain(missed.clone()));
            let accepted = against.is_none() && missed.is_none() && !no_accuracy;
            verdict.judged.insert(official_path(system, Some(benchmark)), accepted);
        }
        verdict.errors.sort();
        verdict.errors.dedup();
        verdict
    }

    /// Whether the official checker lists a result in its summary.
    #[must_use]
    pub(crate) fn accepts(&self, system: &System, benchmark: &Benchmark) -> bool {
        self.judged.get(&official_path(system, Some(benchmark))) == Some(&true)
    }

    /// Whether it reads the whole tree and accepts everything that it judges.
    #[must_use]
    pub(crate) fn is_ok(&self) -> bool {
        self.fatal.is_empty() && self.judged.values().all(|accepted| *accepted)
    }

    /// Writes its log. `rows` are the results in its summary.
    ///
    /// # Errors
    /// When the writer fails.
    pub(crate) fn write(&self, rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut error = |text: &str| writeln!(out, "ERROR:main:{}", Untrusted(text).for_terminal());
        for text in &self.errors {
            error(text)?;
        }
        for text in &self.fatal {
            writeln!(
                out,
                "WARNING:main:the official checker ends here, without a result for any submitter: {}",
                Untrusted(text).for_terminal()
            )?;
        }
        let values: BTreeMap<String, String> = rows
            .iter()
            .map(|row| {
                let rate = row.throughput.as_ref().map_or(0.0, |shown| shown.value);
                let value = match &row.energy {
                    Some(energy) => format!("{rate:.6} with power_metric = {:.6}", energy.value),
                    None => repr(rate),
                };
                (official_path(row.system, Some(row.benchmark)), value)
            })
            .collect();
        writeln!(out, "INFO:main:---")?;
        let mut with = 0;
        for (path, _) in self.judged.iter().filter(|(_, accepted)| **accepted) {
            with += 1;
            let value = values.get(path).map_or("", String::as_str);
            writeln!(out, "INFO:main:Results {} {value}", Untrusted(path).for_terminal())?;
        }
        writeln!(out, "INFO:main:---")?;
        for (path, _) in self.judged.iter().filter(|(_, accepted)| !**accepted) {
            writeln!(out, "ERROR:main:NoResults {}", Untrusted(path).for_terminal())?;
        }
        writeln!(out, "INFO:main:---")?;
        writeln!(out, "INFO:main:Results={with}, NoResults={}", self.judged.len() - with)?;
        if self.is_ok() {
            writeln!(out, "INFO:main:SUMMARY: submission looks OK")
        } else {
            writeln!(out, "ERROR:main:SUMMARY: submission has errors")
        }
    }
}

fn line(finding: &Finding) -> String {
    let path = if finding.path.is_empty() { "." } else { &finding.path };
    format!("{path}: {}", finding.message)
}

/// Returns a result's path from the division down, or that of its system.
fn official_path(system: &System, benchmark: Option<&Benchmark>) -> String {
    let path = format!("{}/{}/results/{}", system.division, system.submitter, system.name);
    benchmark.map_or(path.clone(), |benchmark| join(&path, &benchmark.folder))
}

/// Returns what a claim misses: the official checker compares the claimed figure with the target of the closed division.
fn missed(report: &Report, system: &System, benchmark: &Benchmark) -> Option<String> {
    let spec = benchmark.spec(&report.round).filter(|_| system.is_closed())?;
    let scores = benchmark.scores();
    let claimed = |figure: Option<&Figure>| figure.and_then(|figure| Some(figure.claimed.as_ref()?.value));
    let says = |what: &str, value: f64, target: f64| {
        Some(format!("{}: {what} {value} misses the target {target}", benchmark.path))
    };
    match spec.target {
        Target::Top1Percent(least) => {
            claimed(scores.top1.as_ref()).filter(|value| *value < least).and_then(|value| says("Top-1", value, least))
        }
        Target::Auc(least) => {
            claimed(scores.auc.as_ref()).filter(|value| *value < least).and_then(|value| says("AUC", value, least))
        }
        Target::Wakeword { false_positives, false_negatives } => {
            let words = scores.wakeword.as_ref()?;
            let limits = [
                (&words.false_positives, false_positives as f64, "false positives"),
                (&words.false_negatives, false_negatives as f64, "false negatives"),
            ];
            limits.into_iter().find_map(|(figure, most, what)| {
                let value = claimed(Some(figure)).filter(|value| *value > most)?;
                Some(format!("{}: {value} {what}, more than {most}", benchmark.path))
            })
        }
    }
}
