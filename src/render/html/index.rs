//! The results and findings of a page and how they belong together. All links and filters of the page are built from
//! it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::audit::consequence::{Consequence, groups, is_absence};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render::untrusted::Untrusted;
use crate::source::is_inside;

/// Maximum number of results of a page.
const MOST_RESULTS: usize = 1000;
/// Maximum number of findings of a rule that a page lists.
const MOST_OF_RULE: usize = 1000;

/// Returns the number of pages of a report: one per thousand results, at least one.
#[must_use]
pub fn page_count(report: &Report) -> usize {
    report.results().count().div_ceil(MOST_RESULTS).max(1)
}

/// The results and findings of a page.
pub struct Index<'a> {
    /// The report that the page renders.
    pub report: &'a Report,
    /// The results in the order of the page.
    pub results: Vec<ResultEntry<'a>>,
    /// The findings in the order of the report.
    pub findings: Vec<FindingEntry<'a>>,
    /// Number of the page, and number of all pages; both from 1.
    pub page: [usize; 2],
}

/// A result on the page.
pub struct ResultEntry<'a> {
    /// Its position in [`Index::results`], by which filters know it.
    pub number: usize,
    /// The system under test.
    pub system: &'a System,
    /// The benchmark.
    pub benchmark: &'a Benchmark,
    /// The anchor of its evidence.
    pub anchor: String,
    /// The worst status of the figures it needs.
    pub status: Status,
    /// Whether it may be published.
    pub valid: bool,
    /// Whether it has an energy that is not confirmed, without which it is published.
    pub energy_left_out: bool,
    /// Positions in [`Index::findings`] of the findings whose waivers would make it valid; `None` if waivers cannot.
    pub lifting: Option<Vec<usize>>,
    /// Positions in [`Index::findings`] of the findings that concern it, most severe first.
    pub findings: Vec<usize>,
}

/// A finding on the page.
pub struct FindingEntry<'a> {
    /// The finding itself.
    pub finding: &'a Finding,
    /// Its consequence.
    pub consequence: Consequence,
    /// Division and submitter whose files it concerns; empty if it belongs to no submitter.
    pub owner: (String, String),
    /// Positions in [`Index::results`] of the results it concerns.
    pub results: Vec<usize>,
    /// The result whose folder contains its path, if there is one.
    pub own: Option<usize>,
    /// Whether the page lists it; of a rule, it lists the first thousand.
    pub listed: bool,
}

impl ResultEntry<'_> {
    /// Returns the official short name of the benchmark, or its folder's name, with its variant.
    pub fn label(&self) -> String {
        Untrusted(&self.benchmark.label()).for_html()
    }

    /// Returns submitter, system and benchmark.
    pub fn name(&self) -> String {
        format!("{} · {}", Untrusted(&self.system.submitter).for_html(), self.short())
    }

    /// Returns system and benchmark.
    pub fn short(&self) -> String {
        format!("{} · {}", Untrusted(&self.system.name).for_html(), self.label())
    }
}

impl<'a> Index<'a> {
    /// Builds the index of a page of the report. The first page also has the findings that concern no result.
    ///
    /// `number` counts from 1; after the last page, there are no results.
    pub fn of_page(report: &'a Report, number: usize) -> Self {
        let number = number.max(1);
        let page = [number, page_count(report)];
        let first = (number - 1).saturating_mul(MOST_RESULTS);
        if page == [1, 1] {
            return Self::new(report, report.results());
        }
        let (mut here, mut elsewhere) = (HashSet::new(), HashSet::new());
        for (place, (system, benchmark)) in report.results().enumerate() {
            let is_here = place >= first && place - first < MOST_RESULTS;
            let found = if is_here { &mut here } else { &mut elsewhere };
            found.extend(report.findings_on(system, benchmark).map(std::ptr::from_ref));
        }
        let on_page = |found: &&Finding| {
            let found = std::ptr::from_ref(*found);
            here.contains(&found) || number == 1 && !elsewhere.contains(&found)
        };
        let results = report.results().skip(first).take(MOST_RESULTS);
        Self { page, ..Self::build(report, results, report.findings().filter(on_page)) }
    }

    /// Builds the index of these results and all findings of the report.
    pub fn new(report: &'a Report, results: impl Iterator<Item = (&'a System, &'a Benchmark)>) -> Self {
        Self::build(report, results, report.findings())
    }

    fn build(
        report: &'a Report,
        results: impl Iterator<Item = (&'a System, &'a Benchmark)>,
        findings: impl Iterator<Item = &'a Finding>,
    ) -> Self {
        let mut findings: Vec<FindingEntry<'a>> = findings.map(|found| entry(report, found)).collect();
        let places: HashMap<*const Finding, usize> =
            findings.iter().enumerate().map(|(at, one)| (std::ptr::from_ref(one.finding), at)).collect();
        let mut entries: Vec<ResultEntry<'a>> = Vec::new();
        for (system, benchmark) in results {
            let place = entries.len();
            let mut own: Vec<usize> =
                report.findings_on(system, benchmark).map(|found| places[&std::ptr::from_ref(found)]).collect();
            for at in &own {
                let one = &mut findings[*at];
                one.results.push(place);
                if is_inside(&one.finding.path, &benchmark.path) {
                    one.own = Some(place);
                }
            }
            own.sort_by_key(|at| {
                let one = &findings[*at];
                (one.consequence, Reverse(one.finding.severity), is_absence(one.finding), *at)
            });
            entries.push(ResultEntry {
                number: place,
                system,
                benchmark,
                anchor: anchor(&benchmark.path),
                status: report.status(system, benchmark),
                valid: report.is_valid(system, benchmark),
                energy_left_out: report.has_unconfirmed_energy(benchmark),
                lifting: report
                    .lifting(system, benchmark)
                    .map(|needed| needed.iter().map(|found| places[&std::ptr::from_ref(*found)]).collect()),
                findings: own,
            });
        }
        let mut index = Self { report, results: entries, findings, page: [1, 1] };
        let groups = Consequence::ALL.into_iter().flat_map(|consequence| index.groups(consequence));
        let hidden: Vec<usize> = groups.flat_map(|group| group.into_iter().skip(MOST_OF_RULE)).collect();
        for at in hidden {
            index.findings[at].listed = false;
        }
        index
    }

    /// Whether the page lists all results and findings of the report.
    pub fn is_whole(&self) -> bool {
        self.page == [1, 1] && self.findings.iter().all(|one| one.listed)
    }

    /// Returns the anchor of a finding, or that of its rule if it is not listed.
    pub fn anchor(&self, at: usize) -> String {
        let one = &self.findings[at];
        if one.listed { format!("f{}", at + 1) } else { super::findings::group_anchor(one.finding) }
    }

    /// Returns the positions of the findings of one consequence, grouped by rule and severity.
    pub fn groups(&self, consequence: Consequence) -> Vec<Vec<usize>> {
        groups(0..self.findings.len(), |at| self.findings[at].finding, consequence)
    }

    /// Returns the reasons why a result is not valid, each with the position of the finding that reports it, if there
    /// is one.
    pub fn reasons(&self, result: &ResultEntry<'_>) -> Vec<(String, Option<usize>)> {
        let mut reasons = Vec::new();
        for proof in self.report.proofs_of(result.benchmark).filter(|proof| proof.status() != Status::Confirmed) {
            let by = proof.reason().unwrap_or_default();
            let says = |at: &&usize| {
                let one = self.findings[**at].finding;
                one.rule.id == by && one.counts() && is_inside(&one.path, &proof.path)
            };
            let finding = result.findings.iter().find(says).copied();
            let why = finding.map_or(by.as_str(), |at| self.findings[at].finding.message.as_str());
            reasons.push((Untrusted(&format!("{}: {why}", proof.kind.name())).for_html(), finding));
        }
        if !result.valid && reasons.is_empty() {
            let error = |at: &&usize| self.findings[**at].finding.blocks_result();
            let first = result.findings.iter().find(error).copied();
            reasons.extend(first.map(|at| (Untrusted(&self.findings[at].finding.message).for_html(), Some(at))));
        }
        reasons
    }
}

fn entry<'a>(report: &Report, finding: &'a Finding) -> FindingEntry<'a> {
    let owner = report.submission.submitter_of(&finding.path);
    let owner = owner.map(|owner| (owner.division.clone(), owner.name.clone())).unwrap_or_default();
    FindingEntry {
        finding,
        consequence: Consequence::new(finding),
        owner,
        results: Vec::new(),
        own: None,
        listed: true,
    }
}

/// Returns an anchor made from a path, different for every path: letters, digits, `-` and `_` are kept, `/` becomes
/// `.`, other bytes become their hex codes after `~`.
pub fn anchor(path: &str) -> String {
    use std::fmt::Write;
    path.bytes().fold(String::from("r-"), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'/' {
            out.push('.');
        } else {
            let _ = write!(out, "~{byte:02x}");
        }
        out
    })
}

/// Returns the key of a consequence in URLs and CSS classes.
pub const fn key(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Figure => "figure",
        Consequence::Evidence => "evidence",
        Consequence::Document => "document",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_have_only_safe_characters_and_differ() {
        assert_eq!(anchor("closed/A b-1/ic"), "r-closed.A~20b-1.ic");
        assert_ne!(anchor("closed/x.y"), anchor("closed/x-2ey"));
        assert_ne!(anchor("closed/x.y"), anchor("closed/x~2ey"));
    }
}
