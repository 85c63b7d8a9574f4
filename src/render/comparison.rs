//! Compares two states of a submission, or two rounds.
//!
//! ```
//! use tinyaudit::{audit::report::Report, source::Tree, round::Round, render::comparison::compare};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let old = Report::check(&tree, Round::named("v1.3")?, None)?;
//! let new = Report::check(&tree, Round::named("v1.4")?, None)?;
//! let changes = compare((&tree, &old), (&tree, &new));
//! assert!(!changes.new.is_empty());
//! # Ok(())
//! # }
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};

use crate::audit::follow_up::{self, PreviewFollowUp};
use crate::audit::lineage::{self, MatchedSystems, SystemMatch};
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, Scores, System};
use crate::parse::document::description::SystemDescription;
use crate::round::Mode;
use crate::source::{Tree, join};

/// All changes between an old and a new state.
#[derive(Debug)]
pub struct Comparison {
    /// The rounds whose rules are used for the old and the new state.
    pub rounds: (String, String),
    /// Results that were added, removed or changed: changed ones first, then by name.
    pub results: Vec<ChangedResult>,
    /// Systems that were renamed.
    pub renamed: Vec<Renamed>,
    /// Findings of the old state that the new one no longer has, one line each.
    pub fixed: Vec<String>,
    /// Findings of the new state that the old one did not have, one line each.
    pub new: Vec<String>,
    /// Evidence files that are in both states and differ.
    pub evidence: Vec<String>,
    /// Fields of system descriptions that differ, one line each.
    pub descriptions: Vec<String>,
    /// Numbers of other files that were added, removed or changed, one line per submitter and folder (`code`,
    /// `systems`, …).
    pub files: Vec<String>,
    /// Whether the preview systems of the old state returned as required.
    pub preview_follow_ups: Vec<PreviewFollowUp>,
}

/// A system that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Division, submitter and name in the old state.
    pub old: String,
    /// Division, submitter and name in the new state.
    pub new: String,
    /// Why both are taken for the same system.
    pub by: SystemMatch,
}

/// A result that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedResult {
    /// Division, submitter, system and benchmark: the new names, or the old ones if the result was removed.
    pub name: String,
    /// How it changed.
    pub change: Change,
    /// What differs besides the figures and may explain them, such as the supply voltage.
    pub context: Vec<String>,
    /// Why the result of the new state is not valid; `None` if it is, or was removed.
    pub invalid: Option<String>,
}

/// How a result changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is only in the new state, with these figures.
    Added(Vec<ChangedFigure>),
    /// It is only in the old state.
    Removed,
    /// Its figures differ.
    Changed(Vec<ChangedFigure>),
}

/// A figure that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedFigure {
    /// Name and unit.
    pub name: &'static str,
    /// Whether only the claimed figure changed, and not the recomputed one.
    pub claimed: bool,
    /// The figure in the old state.
    pub old: Option<f64>,
    /// The figure in the new state.
    pub new: Option<f64>,
}

impl ChangedFigure {
    /// Returns the change in per cent of the old figure; `None` if a figure is missing or the old one is 0.
    #[must_use]
    pub(crate) fn percent(&self) -> Option<f64> {
        let (old, new) = (self.old?, self.new?);
        (old != 0.0).then(|| 100.0 * (new / old - 1.0))
    }
}

/// Compares two checked trees. Preview systems are followed up by the rules of the new round.
#[must_use]
pub fn compare((old_tree, old): (&Tree, &Report), (new_tree, new): (&Tree, &Report)) -> Comparison {
    let kin = lineage::pairs(&old.submission, &new.submission);
    let (before, after) = (results(old, &kin), results(new, &[]));
    let mut changed = Vec::new();
    let invalid = |(system, benchmark): (&System, &Benchmark)| {
        (!new.is_valid(system, benchmark)).then(|| {
            let error = || new.result_findings(system, benchmark).next().map(|finding| finding.rule.id.to_owned());
            new.reasons(benchmark).into_iter().next().or_else(error).unwrap_or_default()
        })
    };
    for (name, earlier) in &before {
        let (system, benchmark) = *earlier;
        let Some(later) = after.get(name) else {
            let name = name_of(system, benchmark);
            changed.push(ChangedResult { name, change: Change::Removed, context: Vec::new(), invalid: None });
            continue;
        };
        let figures = figures(&benchmark.scores(), &later.1.scores());
        if !figures.is_empty() {
            changed.push(ChangedResult {
                name: name.clone(),
                change: Change::Changed(figures),
                context: context(*earlier, *later),
                invalid: invalid(*later),
            });
        }
    }
    for (name, later) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        changed.push(ChangedResult {
            name: name.clone(),
            change: Change::Added(figures(&Scores::default(), &later.1.scores())),
            context: Vec::new(),
            invalid: invalid(*later),
        });
    }
    let rank = |change: &Change| match change {
        Change::Changed(_) => 0,
        Change::Added(_) => 1,
        Change::Removed => 2,
    };
    changed.sort_by(|a, b| (rank(&a.change), &a.name).cmp(&(rank(&b.change), &b.name)));
    let renamed = kin.iter().map(|kin| Renamed { old: kin.old.full_name(), new: kin.new.full_name(), by: kin.by });
    let renamed = renamed.filter(|one| one.old != one.new).collect();
    Comparison {
        rounds: (old.round.name.clone(), new.round.name.clone()),
        results: changed,
        renamed,
        fixed: only_in(&lines(old), &lines(new)),
        new: only_in(&lines(new), &lines(old)),
        evidence: evidence(old_tree, old, new_tree, &kin),
        descriptions: descriptions(&kin),
        files: files((old_tree, old), (new_tree, new)),
        preview_follow_ups: follow_up::preview_follow_ups(&old.submission, &new.submission, &new.round),
    }
}

type Results<'a> = BTreeMap<String, (&'a System, &'a Benchmark)>;

/// Returns the results of a state by name, with renamed systems under their new names.
fn results<'a>(report: &'a Report, kin: &[MatchedSystems<'_>]) -> Results<'a> {
    let became: BTreeMap<&str, &MatchedSystems<'_>> = kin.iter().map(|kin| (kin.old.path.as_str(), kin)).collect();
    let name = |system: &System, benchmark: &Benchmark| {
        became.get(system.path.as_str()).map_or_else(|| name_of(system, benchmark), |kin| name_of(kin.new, benchmark))
    };
    report.results().map(|found| (name(found.0, found.1), found)).collect()
}

fn name_of(system: &System, benchmark: &Benchmark) -> String {
    format!("{}/{}", system.full_name(), benchmark.label())
}

/// Fields of a system description that may explain another figure.
const FIELDS: [&str; 9] = [
    "Board Name",
    "Processor(s) Name",
    "Processor(s) Frequencies",
    "Accelerator",
    "Accelerator(s) Frequencies",
    "Inference Framework",
    "ML Model Compiler(s)",
    "Software Libraries",
    "Quantization Method",
];

/// Returns what differs between two states of a result and may explain other figures.
fn context((old_system, old): (&System, &Benchmark), (new_system, new): (&System, &Benchmark)) -> Vec<String> {
    let mut context: Vec<(String, String)> = Vec::new();
    let mut differs = |what: &str, old: Option<String>, new: Option<String>| {
        if let (Some(old), Some(new)) = (old, new)
            && old != new
        {
            let change = format!("{old} to {new}");
            match context.iter_mut().find(|(_, known)| *known == change) {
                Some((names, _)) => *names = format!("{names}, {what}"),
                None => context.push((what.to_owned(), change)),
            }
        }
    };
    if old_system.name != new_system.name {
        differs("name", Some(format!("`{}`", old_system.name)), Some(format!("`{}`", new_system.name)));
    }
    let volts = |benchmark: &Benchmark| benchmark.scores().supply_v.map(|volts| format!("{volts} V"));
    differs("supply", volts(old), volts(new));
    let list = |benchmark: &Benchmark| {
        let inputs = benchmark.run(Mode::Accuracy)?.inputs.as_ref()?;
        inputs.list.map(|list| list.name.to_owned())
    };
    differs("list of inputs", list(old), list(new));
    let runner =
        |benchmark: &Benchmark| benchmark.runs.values().find_map(|run| run.runner).map(|one| one.title().to_owned());
    differs("runner", runner(old), runner(new));
    for field in FIELDS {
        let text = |system: &System| system.description.as_ref().map(|one| format!("`{}`", one.text(field).trim()));
        differs(field, text(old_system), text(new_system));
    }
    context.into_iter().map(|(names, change)| format!("{names}: {change}")).collect()
}

fn figures(old: &Scores, new: &Scores) -> Vec<ChangedFigure> {
    let claimed =
        |figure: Option<&Figure>| figure.and_then(|figure| figure.claimed.as_ref().map(|claimed| claimed.value));
    let (old_words, new_words) = (old.wakeword.as_ref(), new.wakeword.as_ref());
    let pairs = [
        ("throughput in inf/s", old.throughput.as_ref(), new.throughput.as_ref()),
        ("Top-1 in %", old.top1.as_ref(), new.top1.as_ref()),
        ("AUC", old.auc.as_ref(), new.auc.as_ref()),
        ("energy in µJ/inf", old.energy.as_ref(), new.energy.as_ref()),
        ("throughput in inf/s", old_words.map(|w| &w.throughput), new_words.map(|w| &w.throughput)),
        ("words missed", old_words.map(|w| &w.false_negatives), new_words.map(|w| &w.false_negatives)),
        ("false alarms", old_words.map(|w| &w.false_positives), new_words.map(|w| &w.false_positives)),
        ("power in mW", old_words.and_then(|w| w.power.as_ref()), new_words.and_then(|w| w.power.as_ref())),
    ];
    let same = |old: Option<f64>, new: Option<f64>| old.map(f64::to_bits) == new.map(f64::to_bits);
    let mut changed = Vec::new();
    for (name, old, new) in pairs {
        // A claim and a recomputed figure differ by rounding alone: like is compared with like.
        let known = |figure: Option<&Figure>| figure.is_none_or(|figure| figure.recomputed.is_some());
        let like = known(old) && known(new);
        let value = |figure: Option<&Figure>| {
            if like { figure.and_then(Figure::value) } else { claimed(figure).or(figure.and_then(Figure::value)) }
        };
        if !same(value(old), value(new)) {
            changed.push(ChangedFigure { name, claimed: false, old: value(old), new: value(new) });
        } else if !same(claimed(old), claimed(new)) {
            changed.push(ChangedFigure { name, claimed: true, old: claimed(old), new: claimed(new) });
        }
    }
    changed
}

/// Lists the fields of system descriptions that differ.
fn descriptions(kin: &[MatchedSystems<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for kin in kin {
        let (Some(old), Some(new)) = (&kin.old.description, &kin.new.description) else { continue };
        let mut keys: Vec<&str> = old.fields.iter().chain(&new.fields).map(|field| field.key.value.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let shown = |one: &SystemDescription| one.get(key).map_or_else(String::new, |value| value.shown());
            if old.text(key) != new.text(key) {
                lines.push(format!("{}: {}: `{}` to `{}`", kin.new.full_name(), key.trim(), shown(old), shown(new)));
            }
        }
    }
    lines
}

/// Counts added, removed and changed files other than results and system descriptions, by submitter and folder.
fn files((old_tree, old): (&Tree, &Report), (new_tree, new): (&Tree, &Report)) -> Vec<String> {
    let listed = |tree: &Tree, report: &Report| -> BTreeMap<(String, String), BTreeMap<String, String>> {
        let mut folders: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
        for submitter in &report.submission.submitters {
            let name = format!("{}/{}", submitter.division, submitter.name);
            for entry in tree.below(&submitter.path).iter().filter(|entry| entry.is_file()) {
                let below = entry.path[submitter.path.len()..].trim_start_matches('/');
                let (top, rest) = below.split_once('/').unwrap_or(("", below));
                // System descriptions and evidence files are listed elsewhere.
                if top != "results"
                    && !(top == "systems" && rest.rsplit_once('.').is_some_and(|(_, ending)| ending == "json"))
                {
                    let key = (name.clone(), top.to_owned());
                    folders.entry(key).or_default().insert(rest.to_owned(), entry.path.to_string());
                }
            }
        }
        folders
    };
    let (before, after) = (listed(old_tree, old), listed(new_tree, new));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let none = BTreeMap::new();
    let lines = keys.into_iter().filter_map(|key| {
        let (old, new) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        let added = new.keys().filter(|name| !old.contains_key(*name)).count();
        let removed = old.keys().filter(|name| !new.contains_key(*name)).count();
        let differs =
            |(name, path): &(&String, &String)| new.get(*name).is_some_and(|now| differ(old_tree, path, new_tree, now));
        let changed = old.iter().filter(differs).count();
        let place = if key.1.is_empty() { "top level" } else { &key.1 };
        (added + removed + changed > 0)
            .then(|| format!("{} {place}: {added} added, {removed} removed, {changed} changed", key.0))
    });
    lines.collect()
}

/// Returns whether two files differ; files that cannot be read count as equal.
fn differ(old_tree: &Tree, old: &str, new_tree: &Tree, new: &str) -> bool {
    let entry = |tree: &'_ Tree, path: &str| tree.get(path).filter(|entry| entry.is_file()).cloned();
    let (Some(before), Some(after)) = (entry(old_tree, old), entry(new_tree, new)) else { return false };
    if before.size() != after.size() {
        return true;
    }
    // The files may be too large for memory.
    let same = old_tree.stream(&before, |before| {
        let mut before = BufReader::new(before);
        new_tree.stream(&after, |after| {
            let mut after = BufReader::new(after);
            loop {
                let (one, other) = (before.fill_buf()?, after.fill_buf()?);
                let length = one.len().min(other.len());
                if one[..length] != other[..length] || length == 0 {
                    return Ok(one.is_empty() && other.is_empty());
                }
                before.consume(length);
                after.consume(length);
            }
        })
    });
    same.is_ok_and(|same| !same)
}

/// Formats one line per finding that counts. Lines omit line numbers, which move when a file is edited, and give paths
/// from the division down, so that trees with different roots compare.
fn lines(report: &Report) -> Vec<String> {
    let submission = &report.submission;
    let whole = |path: &str| match submission.submitter_of(path) {
        Some(submitter) => {
            let below = path[submitter.path.len()..].trim_start_matches('/');
            join(&format!("{}/{}", submitter.division, submitter.name), below)
        }
        None => path.to_owned(),
    };
    // Messages quote paths in backticks.
    let message = |text: &str| {
        let is_place = |part: &str| !part.is_empty() && submission.entries.get(part).is_some();
        let parts = text.split('`').enumerate();
        let parts =
            parts.map(|(index, part)| if index % 2 == 1 && is_place(part) { whole(part) } else { part.to_owned() });
        parts.collect::<Vec<_>>().join("`")
    };
    let line = |finding: &crate::audit::finding::Finding| {
        let (severity, id) = (finding.severity.name(), finding.rule.id);
        format!("{severity}[{id}] {}: {}", whole(&finding.path), message(&finding.message))
    };
    report.findings().filter(|finding| finding.counts()).map(line).collect()
}

fn only_in(these: &[String], others: &[String]) -> Vec<String> {
    let others: BTreeSet<&String> = others.iter().collect();
    these.iter().filter(|line| !others.contains(line)).cloned().collect()
}

/// Lists the run files that are in both trees and differ, by their new paths if the system was renamed.
fn evidence(old_tree: &Tree, old: &Report, new_tree: &Tree, kin: &[MatchedSystems<'_>]) -> Vec<String> {
    let now = |system: &System, path: &str| {
        let became = kin.iter().find(|kin| std::ptr::eq(kin.old, system));
        became.map_or_else(|| path.to_owned(), |kin| path.replacen(&system.path, &kin.new.path, 1))
    };
    let paths = old.submission.runs().flat_map(|place| {
        let paths = place.run.files.names().map(move |name| join(&place.run.path, name));
        paths.map(move |path| (now(place.system, &path), path))
    });
    paths.filter(|(now, path)| differ(old_tree, path, new_tree, now)).map(|(now, _)| now).collect()
}
