//! Results and findings of a page, and what belongs to what: every link and every filter of the page follows it.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::audit::consequence::{Consequence, groups, is_absence};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render::untrusted::Untrusted;
use crate::source::is_inside;

/// Everything a page speaks of.
pub struct Index<'a> {
    /// What the page is made of.
    pub report: &'a Report,
    /// The results in their order.
    pub results: Vec<ResultEntry<'a>>,
    /// The findings in their order.
    pub findings: Vec<FindingEntry<'a>>,
}

/// A result.
pub struct ResultEntry<'a> {
    /// Its system.
    pub system: &'a System,
    /// Its benchmark.
    pub benchmark: &'a Benchmark,
    /// Where a link to its evidence leads.
    pub anchor: String,
    /// What can be said of the figures it needs, the worst.
    pub status: Status,
    /// Whether it may be published.
    pub valid: bool,
    /// The places in [`Index::findings`] of what concerns it, the gravest first.
    pub findings: Vec<usize>,
}

/// A finding.
pub struct FindingEntry<'a> {
    /// What was found.
    pub finding: &'a Finding,
    /// What follows from it.
    pub consequence: Consequence,
    /// Division and submitter whose files it is on; empty where it is nobody's.
    pub owner: (String, String),
    /// The places in [`Index::results`] of the results it concerns.
    pub results: Vec<usize>,
    /// The one result in whose folder it lies.
    pub own: Option<usize>,
}

impl ResultEntry<'_> {
    /// The official short name of the benchmark, or the folder's, with its variant.
    pub fn label(&self) -> String {
        Untrusted(&self.benchmark.label()).for_html()
    }

    /// Submitter, system and benchmark.
    pub fn name(&self) -> String {
        format!("{} · {}", Untrusted(&self.system.submitter).for_html(), self.short())
    }

    /// System and benchmark.
    pub fn short(&self) -> String {
        format!("{} · {}", Untrusted(&self.system.name).for_html(), self.label())
    }
}

impl<'a> Index<'a> {
    /// Of these results.
    pub fn of(report: &'a Report, results: impl Iterator<Item = (&'a System, &'a Benchmark)>) -> Self {
        let mut findings: Vec<FindingEntry<'a>> = report.findings.iter().map(|found| entry(report, found)).collect();
        let places: HashMap<*const Finding, usize> =
            report.findings.iter().enumerate().map(|(at, found)| (std::ptr::from_ref(found), at)).collect();
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
                system,
                benchmark,
                anchor: anchor(&benchmark.path),
                status: report.status(system, benchmark),
                valid: report.is_valid(system, benchmark),
                findings: own,
            });
        }
        Self { report, results: entries, findings }
    }

    /// The places of the findings of one consequence, in groups.
    pub fn groups(&self, consequence: Consequence) -> Vec<Vec<usize>> {
        groups(0..self.findings.len(), |at| self.findings[at].finding, consequence)
    }

    /// Why a result is not valid, in a line each, with the finding that says so where there is one.
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
            let error = |at: &&usize| self.findings[**at].finding.is_against_result();
            let first = result.findings.iter().find(error).copied();
            reasons.extend(first.map(|at| (Untrusted(&self.findings[at].finding.message).for_html(), Some(at))));
        }
        reasons
    }
}

fn entry<'a>(report: &Report, finding: &'a Finding) -> FindingEntry<'a> {
    let owner = report.submission.submitter_of(&finding.path);
    let owner = owner.map(|owner| (owner.division.clone(), owner.name.clone())).unwrap_or_default();
    FindingEntry { finding, consequence: Consequence::of(finding), owner, results: Vec::new(), own: None }
}

/// What a link to a finding leads to.
pub fn finding_anchor(at: usize) -> String {
    format!("f{}", at + 1)
}

/// A link target made of a path: the letters and digits of it, everything else as its code.
pub fn anchor(path: &str) -> String {
    use std::fmt::Write;
    path.bytes().fold(String::from("r-"), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'/' {
            out.push('.');
        } else {
            let _ = write!(out, "-{byte:02x}");
        }
        out
    })
}

/// The key of a consequence in addresses and classes.
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
    fn link_targets_are_made_of_harmless_characters() {
        assert_eq!(anchor("closed/A b/ic"), "r-closed.A-20b.ic");
    }
}
