//! The first screen: the verdict, counts per submitter, the most severe findings, and what was not checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::findings::finding_name;
use super::index::{Index, ResultEntry, key};
use crate::audit::checked::{Checked, sentence};
use crate::audit::checks;
use crate::audit::consequence::{Consequence, is_absence};
use crate::audit::proof::Status;
use crate::render::standing::{Counts, FINDING_COLUMNS, HEADLINE_PARTS, RESULT_COLUMNS, Tone, standing};
use crate::render::text::summary;
use crate::render::untrusted::Untrusted;
use crate::render::url;
use crate::round::Severity;

/// The first screen.
#[derive(Debug, Serialize)]
pub struct First {
    /// How many results can be published.
    headline: String,
    tone: Tone,
    /// Headings of the table of submitters.
    columns: Vec<&'static str>,
    verdict: String,
    failed: bool,
    /// The lowest severity that fails the check.
    threshold: &'static str,
    /// Words of the headline, for the script that counts again after a filter or a decision.
    parts: String,
    matrix: Vec<MatrixRow>,
    /// Submitters that are only in the sum.
    more_submitters: usize,
    total: MatrixRow,
    top_findings: Vec<TopFinding>,
    /// What was checked and is clean, in one sentence.
    checked: String,
    unchecked: Vec<Kind>,
}

/// Counts of a submitter in a division.
#[derive(Debug, Serialize)]
struct MatrixRow {
    division: String,
    name: String,
    /// The name as in the filters.
    submitter: String,
    /// The filter that selects its results and findings; empty for the sum of all.
    filter: String,
    /// Results by status.
    results: Vec<Cell>,
    /// Findings by consequence.
    findings: Vec<Cell>,
    /// Per cent of the results that are valid, contradicted or against a rule, and unproven.
    bar: [usize; 3],
}

#[derive(Debug, Serialize)]
struct Cell {
    key: &'static str,
    count: usize,
}

/// Findings of one rule, the worst ones listed.
#[derive(Debug, Serialize)]
struct TopFinding {
    title: &'static str,
    severity: &'static str,
    count: usize,
    shown: Vec<Link>,
    /// How many are not listed; `group` is the anchor of all of them.
    more: usize,
    group: String,
}

#[derive(Debug, Serialize)]
struct Link {
    anchor: String,
    name: String,
    says: String,
}

/// Unchecked items of one kind, for example unproven figures.
#[derive(Debug, Serialize)]
struct Kind {
    says: &'static str,
    /// Number of different results or findings.
    count: usize,
    entries: Vec<Unchecked>,
}

/// An unchecked item and the results or findings it concerns.
#[derive(Debug, Serialize)]
struct Unchecked {
    says: String,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Serialize)]
struct Place {
    anchor: String,
    name: String,
}

/// Findings per rule listed on the first screen.
const NAMED: usize = 3;
/// Submitters listed on the first screen.
const SUBMITTERS: usize = 1000;
/// Rules listed on the first screen.
const RULES: usize = 8;

impl First {
    /// Builds the first screen of a page.
    pub fn new(index: &Index<'_>, threshold: Severity) -> Self {
        let (rows, total) = standing(index.report);
        let matrix = rows.iter().take(SUBMITTERS);
        let matrix = matrix.map(|row| MatrixRow::new(&row.division, &row.name, &row.counts)).collect();
        Self {
            headline: total.headline(),
            tone: total.tone(),
            columns: RESULT_COLUMNS.into_iter().chain(FINDING_COLUMNS).collect(),
            verdict: summary(index.report, threshold),
            failed: index.report.fails(threshold),
            threshold: threshold.name(),
            parts: serde_json::Value::from_iter(HEADLINE_PARTS.map(|part| part.to_vec())).to_string(),
            matrix,
            more_submitters: rows.len().saturating_sub(SUBMITTERS),
            total: MatrixRow { filter: String::new(), ..MatrixRow::new("", "all", &total) },
            top_findings: top_findings(index),
            checked: sentence(&Checked::of(index.report)),
            unchecked: [unproven(index), open(index), unread(index)].into_iter().flatten().collect(),
        }
    }
}

impl MatrixRow {
    fn new(division: &str, name: &str, counts: &Counts) -> Self {
        let cells = RESULT_CELLS.iter().zip(counts.cells()).map(|(status, count)| Cell { key: status, count });
        let findings = Consequence::ALL.into_iter().zip(counts.findings);
        Self {
            filter: format!("division={}&submitter={}", url::part(division), url::part(name)),
            name: if name.is_empty() { "(no submitter)".to_owned() } else { Untrusted(name).for_html() },
            submitter: Untrusted(name).for_html(),
            division: Untrusted(division).for_html(),
            results: cells.collect(),
            findings: findings.map(|(one, count)| Cell { key: key(one), count }).collect(),
            bar: counts.bar(100),
        }
    }
}

/// The status by which a click on a number of results filters; empty for numbers without a filter.
const RESULT_CELLS: [&str; 5] = ["", "", "not-by-the-rules", "contradicted", "unproven"];

/// Returns the most severe findings, grouped by rule: those that change a figure first, then the others.
fn top_findings(index: &Index<'_>) -> Vec<TopFinding> {
    let of = |consequence: Consequence| {
        let groups = index.groups(consequence).into_iter();
        groups.filter(|group| group.iter().any(|at| index.findings[*at].finding.counts()))
    };
    let groups: Vec<Vec<usize>> = Consequence::ALL.into_iter().flat_map(of).collect();
    let warns = |group: &&Vec<usize>| index.findings[group[0]].finding.severity >= Severity::Warning;
    let top = |group: &Vec<usize>| {
        let first = &index.findings[group[0]];
        // Of findings about missing evidence, one example is enough.
        let named = if is_absence(first.finding) { 1 } else { NAMED };
        let named = if group.len() == named + 1 { group.len() } else { named };
        TopFinding {
            title: first.finding.rule.title(),
            severity: first.finding.severity.name(),
            count: group.len(),
            shown: group.iter().take(named).map(|at| link(index, *at)).collect(),
            more: group.len().saturating_sub(named),
            group: super::findings::group_anchor(first.finding),
        }
    };
    groups.iter().filter(warns).take(RULES).map(top).collect()
}

fn link(index: &Index<'_>, at: usize) -> Link {
    let one = &index.findings[at];
    Link { anchor: index.anchor(at), name: finding_name(index, one), says: Untrusted(&one.finding.message).for_html() }
}

fn place(entry: &ResultEntry<'_>) -> Place {
    Place { anchor: entry.anchor.clone(), name: entry.name() }
}

/// Builds the list of one kind of unchecked items; `None` if there are none.
fn kind(says: &'static str, by: BTreeMap<String, Vec<Place>>) -> Option<Kind> {
    let count = by.values().flatten().map(|place| place.anchor.as_str()).collect::<BTreeSet<_>>().len();
    let entries = by.into_iter().map(|(says, places)| Unchecked { says, places }).collect();
    (count > 0).then_some(Kind { says, count, entries })
}

/// Lists unproven figures by reason.
fn unproven(index: &Index<'_>) -> Option<Kind> {
    let mut by: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for entry in &index.results {
        for proof in index.report.proofs_of(entry.benchmark).filter(|proof| proof.status() == Status::Unproven) {
            let why = proof.reason().unwrap_or_default();
            by.entry(Untrusted(&format!("{}, {why}", proof.kind.name())).for_html()).or_default().push(place(entry));
        }
    }
    kind("Results with unproven figures", by)
}

/// Lists checks that cannot be decided, including those of contradicted figures; checks of the same results are merged.
fn open(index: &Index<'_>) -> Option<Kind> {
    let mut by: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, entry) in index.results.iter().enumerate() {
        for proof in index.report.proofs_of(entry.benchmark) {
            for (_, why) in proof.unknown() {
                let results = by.entry((proof.kind.name(), why)).or_default();
                if results.last() != Some(&at) {
                    results.push(at);
                }
            }
        }
    }
    let mut together: BTreeMap<(&str, Vec<usize>), Vec<&str>> = BTreeMap::new();
    for ((figure, why), results) in by {
        together.entry((figure, results)).or_default().push(why);
    }
    let merged = together.into_iter().map(|((figure, results), whys)| {
        let places = results.iter().map(|at| place(&index.results[*at])).collect();
        (Untrusted(&format!("{figure}: {}", whys.join("; "))).for_html(), places)
    });
    kind("Results with checks that cannot be decided", merged.collect())
}

/// Lists files that could not be read.
fn unread(index: &Index<'_>) -> Option<Kind> {
    let unread = [checks::checklist_unread::ID, checks::evidence_unread::ID, checks::file_unreadable::ID];
    let mut by: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for (at, one) in index.findings.iter().enumerate().filter(|(_, one)| unread.contains(&one.finding.rule.id)) {
        let place = Place { anchor: index.anchor(at), name: finding_name(index, one) };
        by.entry(Untrusted(&one.finding.message).for_html()).or_default().push(place);
    }
    kind("Documents and files that were not read", by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_percent_encoded() {
        assert_eq!(url::part("Big & Co"), "Big%20%26%20Co");
    }
}
