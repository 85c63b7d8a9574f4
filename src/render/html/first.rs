//! The first screen: the verdict, counts per submitter, the most severe findings, and what was not checked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::findings::finding_name;
use super::index::{Index, ResultEntry, finding_anchor, key};
use crate::audit::checked::{Checked, sentence};
use crate::audit::checks;
use crate::audit::consequence::{Consequence, is_absence};
use crate::audit::proof::Status;
use crate::render::text::summary;
use crate::render::untrusted::Untrusted;
use crate::render::url;
use crate::round::Severity;

/// The first screen.
#[derive(Debug, Serialize)]
pub struct First {
    verdict: String,
    failed: bool,
    matrix: Vec<MatrixRow>,
    total: MatrixRow,
    top_findings: Vec<TopFinding>,
    /// What was checked and is clean, in one sentence.
    checked: String,
    unchecked: Vec<Kind>,
}

/// Counts of a submitter in a division.
#[derive(Debug, Default, Serialize)]
struct MatrixRow {
    division: String,
    name: String,
    /// The filter that selects its results and findings.
    filter: String,
    results: usize,
    confirmed: usize,
    contradicted: usize,
    broken: usize,
    unproven: usize,
    valid: usize,
    /// Findings by consequence.
    findings: Vec<Cell>,
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
    says: String,
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
/// Rules listed on the first screen.
const RULES: usize = 8;

impl First {
    /// Builds the first screen of a page.
    pub fn new(index: &Index<'_>, threshold: Severity) -> Self {
        let matrix = matrix(index);
        let mut total = MatrixRow { name: "all".to_owned(), ..MatrixRow::default() };
        for row in &matrix {
            total.add(row);
        }
        Self {
            verdict: summary(index.report, threshold),
            failed: index.report.fails(threshold),
            matrix,
            total,
            top_findings: top_findings(index),
            checked: sentence(&Checked::of(index.report)),
            unchecked: [unproven(index), open(index), unread(index)].into_iter().flatten().collect(),
        }
    }
}

impl MatrixRow {
    fn add(&mut self, other: &Self) {
        self.results += other.results;
        self.confirmed += other.confirmed;
        self.contradicted += other.contradicted;
        self.broken += other.broken;
        self.unproven += other.unproven;
        self.valid += other.valid;
        if self.findings.is_empty() {
            self.findings = Consequence::ALL.map(|one| Cell { key: key(one), count: 0 }).into();
        }
        for (own, other) in self.findings.iter_mut().zip(&other.findings) {
            own.count += other.count;
        }
    }
}

/// Builds one row per submitter and division, those with the most findings that change a figure first.
fn matrix(index: &Index<'_>) -> Vec<MatrixRow> {
    let mut rows: BTreeMap<(String, String), MatrixRow> = BTreeMap::new();
    for entry in &index.results {
        let row = rows.entry((entry.system.submitter.clone(), entry.system.division.clone())).or_default();
        row.results += 1;
        row.valid += usize::from(entry.valid);
        *match entry.status {
            Status::Confirmed => &mut row.confirmed,
            Status::NotByTheRules => &mut row.broken,
            Status::Unproven => &mut row.unproven,
            Status::Contradicted => &mut row.contradicted,
        } += 1;
    }
    let mut counts: BTreeMap<(String, String), [usize; 3]> = BTreeMap::new();
    for one in index.findings.iter().filter(|one| one.finding.counts()) {
        let owner = (one.owner.1.clone(), one.owner.0.clone());
        rows.entry(owner.clone()).or_default();
        counts.entry(owner).or_default()[one.consequence as usize] += one.finding.finding_count;
    }
    let mut rows: Vec<MatrixRow> = rows
        .into_iter()
        .map(|(owner, row)| {
            let counts = counts.get(&owner).copied().unwrap_or_default();
            let cells = Consequence::ALL.into_iter().zip(counts);
            let (submitter, division) = owner;
            MatrixRow {
                filter: format!("division={}&submitter={}", url::part(&division), url::part(&submitter)),
                name: if submitter.is_empty() { "(no submitter)".to_owned() } else { Untrusted(&submitter).for_html() },
                division: Untrusted(&division).for_html(),
                findings: cells.map(|(one, count)| Cell { key: key(one), count }).collect(),
                ..row
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.findings[0].count));
    rows
}

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
    Link {
        anchor: finding_anchor(at),
        name: finding_name(index, one),
        says: Untrusted(&one.finding.message).for_html(),
    }
}

fn place(entry: &ResultEntry<'_>) -> Place {
    Place { anchor: entry.anchor.clone(), name: entry.name() }
}

/// Builds the list of one kind of unchecked items; `None` if there are none.
fn kind(count: usize, (one, many): (&str, &str), by: BTreeMap<String, Vec<Place>>) -> Option<Kind> {
    let entries = by.into_iter().map(|(says, places)| Unchecked { says, places }).collect();
    let says = format!("{count} {}", if count == 1 { one } else { many });
    (count > 0).then_some(Kind { says, entries })
}

/// Lists unproven figures by reason.
fn unproven(index: &Index<'_>) -> Option<Kind> {
    let mut by: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let (mut count, mut results) = (0, 0);
    for entry in &index.results {
        let before = count;
        for proof in index.report.proofs_of(entry.benchmark).filter(|proof| proof.status() == Status::Unproven) {
            let why = proof.reason().unwrap_or_default();
            by.entry(Untrusted(&format!("{}, {why}", proof.kind.name())).for_html()).or_default().push(place(entry));
            count += 1;
        }
        results += usize::from(count > before);
    }
    let of = if results == 1 { "of 1 result".to_owned() } else { format!("of {results} results") };
    kind(count, (&format!("figure {of} is unproven"), &format!("figures {of} are unproven")), by)
}

/// Lists checks that cannot be decided, including those of contradicted figures; checks of the same results are merged.
fn open(index: &Index<'_>) -> Option<Kind> {
    let mut by: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut open = BTreeSet::new();
    for (at, entry) in index.results.iter().enumerate() {
        for proof in index.report.proofs_of(entry.benchmark) {
            for (_, why) in proof.unknown() {
                open.insert(at);
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
    kind(
        open.len(),
        ("result has checks that cannot be decided", "results have checks that cannot be decided"),
        merged.collect(),
    )
}

/// Lists files that could not be read.
fn unread(index: &Index<'_>) -> Option<Kind> {
    let unread = [checks::checklist_unread::ID, checks::evidence_unread::ID, checks::file_unreadable::ID];
    let mut by: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut count = 0;
    for (at, one) in index.findings.iter().enumerate().filter(|(_, one)| unread.contains(&one.finding.rule.id)) {
        let place = Place { anchor: finding_anchor(at), name: finding_name(index, one) };
        by.entry(Untrusted(&one.finding.message).for_html()).or_default().push(place);
        count += 1;
    }
    kind(count, ("document or file was not read", "documents or files were not read"), by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_percent_encoded() {
        assert_eq!(url::part("Big & Co"), "Big%20%26%20Co");
    }
}
