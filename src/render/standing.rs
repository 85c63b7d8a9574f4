//! The state of a tree in results: how many can be published, per submitter and in all. The terminal and the page show the
//! same columns in the same order.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::consequence::Consequence;
use crate::audit::proof::Status;
use crate::audit::report::Report;

/// Numbers of results by status, and of findings by consequence.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// All results.
    pub results: usize,
    /// Results that can be published.
    pub valid: usize,
    /// Other results, by the worst status of their figures.
    pub broken: usize,
    pub contradicted: usize,
    pub unproven: usize,
    /// Energies that are left out of results that can be published.
    pub energies_left_out: usize,
    /// Findings that count, by [`Consequence`].
    pub findings: [usize; 3],
}

/// The counts of a submitter in a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubmitterCounts {
    /// Empty if a finding belongs to no submitter.
    pub division: String,
    /// Name of the submitter; empty if a finding belongs to none.
    pub name: String,
    pub counts: Counts,
}

/// Headings of the columns: results, then findings.
pub(crate) const RESULT_COLUMNS: [&str; 5] = ["results", "valid", "rule broken", "contradicted", "unproven"];
pub(crate) const FINDING_COLUMNS: [&str; 3] = ["figures", "evidence", "documents"];

/// What the headline says after the results that can be published: of one, and of several.
pub(crate) const HEADLINE_PARTS: [[&str; 2]; 4] = [
    ["contradicted", "contradicted"],
    ["against a rule", "against a rule"],
    ["cannot be judged", "cannot be judged"],
    ["energy is left out", "energies are left out"],
];

/// What a reader should think at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tone {
    /// Everything that is claimed is confirmed or waived.
    Good,
    /// Something is unproven.
    Open,
    /// Something is contradicted or against a rule.
    Bad,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.results += other.results;
        self.valid += other.valid;
        self.broken += other.broken;
        self.contradicted += other.contradicted;
        self.unproven += other.unproven;
        self.energies_left_out += other.energies_left_out;
        for (own, more) in self.findings.iter_mut().zip(other.findings) {
            *own += more;
        }
    }

    /// The numbers of the columns.
    pub(crate) const fn cells(&self) -> [usize; 8] {
        let [figures, evidence, documents] = self.findings;
        [self.results, self.valid, self.broken, self.contradicted, self.unproven, figures, evidence, documents]
    }

    /// What the counts mean.
    pub(crate) const fn tone(&self) -> Tone {
        if self.broken + self.contradicted > 0 {
            Tone::Bad
        } else if self.unproven + self.energies_left_out > 0 || self.results == 0 {
            Tone::Open
        } else {
            Tone::Good
        }
    }

    /// Returns `24 of 43 results can be published · 6 contradicted · 13 cannot be judged`.
    pub(crate) fn headline(&self) -> String {
        let all = if self.results == 1 { "1 result".to_owned() } else { format!("{} results", self.results) };
        let counts = [self.contradicted, self.broken, self.unproven, self.energies_left_out];
        let parts = counts.iter().zip(HEADLINE_PARTS).filter(|(count, _)| **count > 0);
        let parts = parts.map(|(count, [one, many])| format!(" · {count} {}", if *count == 1 { one } else { many }));
        format!("{} of {all} can be published{}", self.valid, parts.collect::<String>())
    }

    /// Returns the lengths of a bar's parts: valid, against a rule or contradicted, unproven. Their sum is `length`, and a part
    /// that is not empty has at least one.
    pub(crate) fn bar(&self, length: usize) -> [usize; 3] {
        let counts = [self.valid, self.broken + self.contradicted, self.unproven];
        let all: usize = counts.iter().sum();
        if all == 0 {
            return [0; 3];
        }
        let mut parts = counts.map(|count| if count == 0 { 0 } else { (count * length / all).max(1) });
        // The longest part takes what rounding leaves.
        let longest = (0..parts.len()).max_by_key(|index| parts[*index]).unwrap_or(0);
        let others: usize = parts.iter().enumerate().filter(|(index, _)| *index != longest).map(|(_, part)| part).sum();
        parts[longest] = length.saturating_sub(others);
        parts
    }
}

/// Returns the counts of every submitter, those with the most to decide first, and of the whole tree.
pub(crate) fn standing(report: &Report) -> (Vec<SubmitterCounts>, Counts) {
    let mut rows: BTreeMap<(String, String), Counts> = BTreeMap::new();
    for submitter in &report.submission.submitters {
        rows.entry((submitter.name.clone(), submitter.division.clone())).or_default();
    }
    for (system, benchmark) in report.results() {
        let row = rows.entry((system.submitter.clone(), system.division.clone())).or_default();
        row.results += 1;
        if report.is_valid(system, benchmark) {
            row.valid += 1;
            row.energies_left_out += usize::from(report.has_unconfirmed_energy(benchmark));
            continue;
        }
        match report.status(system, benchmark) {
            Status::Contradicted => row.contradicted += 1,
            Status::NotByTheRules => row.broken += 1,
            Status::Unproven | Status::Confirmed => row.unproven += 1,
        }
    }
    for finding in report.findings().filter(|finding| finding.counts()) {
        let owner = report.submission.submitter_of(&finding.path);
        let key = owner.map_or_else(Default::default, |owner| (owner.name.clone(), owner.division.clone()));
        rows.entry(key).or_default().findings[Consequence::new(finding) as usize] += finding.finding_count;
    }
    let mut total = Counts::default();
    for counts in rows.values() {
        total.add(*counts);
    }
    let rows = rows.into_iter().map(|((name, division), counts)| SubmitterCounts { division, name, counts });
    let mut rows: Vec<SubmitterCounts> = rows.collect();
    rows.sort_by_key(|row| {
        let Counts { contradicted, broken, unproven, findings, .. } = row.counts;
        std::cmp::Reverse((findings[0], contradicted, broken, unproven))
    });
    (rows, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_speaks_of_results() {
        let counts = Counts { results: 43, valid: 24, contradicted: 6, unproven: 13, ..Counts::default() };
        assert_eq!(counts.headline(), "24 of 43 results can be published · 6 contradicted · 13 cannot be judged");
        let one = Counts { results: 1, valid: 1, energies_left_out: 1, ..Counts::default() };
        assert_eq!(one.headline(), "1 of 1 result can be published · 1 energy is left out");
        assert_eq!([counts.tone(), one.tone(), Counts::default().tone()], [Tone::Bad, Tone::Open, Tone::Open]);
        assert_eq!(Counts { energies_left_out: 0, ..one }.tone(), Tone::Good);
    }

    #[test]
    fn a_bar_is_full_and_shows_every_part() {
        for (counts, expected) in [([24, 6, 13], [12, 2, 6]), ([99, 1, 0], [19, 1, 0]), ([1, 0, 99], [1, 0, 19])] {
            let [valid, contradicted, unproven] = counts;
            let bar = Counts { valid, contradicted, unproven, ..Counts::default() }.bar(20);
            assert!(bar == expected && bar.iter().sum::<usize>() == 20, "{counts:?}: {bar:?}");
        }
        assert_eq!(Counts::default().bar(20), [0; 3]);
    }
}
