//! Consequences of findings, most severe first: the order in which a reviewer reads them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::checks::depth_of;
use super::figure::Status;
use super::finding::{Finding, Measured};
use super::rule::{Affects, Group, Severity};

/// Consequence of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Consequence {
    /// A published figure is contradicted or unproven, or the result cannot be published.
    Figure,
    /// The evidence of a figure needs an explanation or shows something noteworthy.
    Evidence,
    /// Folders, descriptions or documents have to be fixed.
    Document,
}

impl Consequence {
    /// All consequences, most severe first.
    pub(crate) const ALL: [Self; 3] = [Self::Figure, Self::Evidence, Self::Document];

    /// Returns the consequence of a finding.
    #[must_use]
    pub(crate) fn new(finding: &Finding) -> Self {
        let decides = finding.rule.affects != Affects::Nothing || finding.undecided.is_some();
        match finding.rule.group {
            _ if decides && finding.severity == Severity::Error => Self::Figure,
            Group::Structure | Group::SystemDescription => Self::Document,
            Group::Evidence | Group::Performance | Group::Accuracy | Group::Energy | Group::Wakeword => Self::Evidence,
        }
    }
}

/// Whether a finding reports missing or undecided evidence rather than an error in it.
#[must_use]
pub(crate) fn is_absence(finding: &Finding) -> bool {
    finding.undecided.is_some() || finding.rule.affects != Affects::Nothing && finding.rule.fails == Status::Unproven
}

/// Groups the findings of one consequence by rule and severity, in the order that every report uses.
///
/// Groups that count come before waived ones, then more severe before less severe, errors before missing evidence,
/// causes before the rules that depend on them, large groups before small ones. Within a group, the largest deviation
/// comes first. `finding` returns the finding of an item.
#[must_use]
pub(crate) fn groups<'a, T: Copy>(
    items: impl Iterator<Item = T>,
    finding: impl Fn(T) -> &'a Finding,
    consequence: Consequence,
) -> Vec<Vec<T>> {
    let mut groups: BTreeMap<(&str, Severity), Vec<T>> = BTreeMap::new();
    for item in items {
        let one = finding(item);
        if Consequence::new(one) == consequence {
            groups.entry((one.rule.id, one.severity)).or_default().push(item);
        }
    }
    let deviation = |one: &Finding| one.measured.map_or(0.0, Measured::deviation);
    let mut groups: Vec<Vec<T>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_by(|a, b| {
            let (a, b) = (finding(*a), finding(*b));
            b.counts().cmp(&a.counts()).then(deviation(b).total_cmp(&deviation(a)))
        });
    }
    groups.sort_by_cached_key(|group| {
        let first = finding(group[0]);
        let severity = Reverse(first.severity);
        (!first.counts(), severity, is_absence(first), depth_of(first.rule), Reverse(group.len()), first.rule.id)
    });
    groups
}

impl fmt::Display for Consequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Figure => "changes a published figure",
            Self::Evidence => "evidence",
            Self::Document => "description and documents",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::checks::{self, rule_named, rules};

    #[test]
    fn only_errors_of_rules_that_affect_something_change_a_figure() {
        for rule in rules() {
            let mut finding = Finding::new(rule, "p", 0, "");
            let decides = rule.affects != Affects::Nothing;
            finding.severity = Severity::Error;
            assert_eq!(Consequence::new(&finding) == Consequence::Figure, decides, "{}", rule.id);
            finding.severity = Severity::Warning;
            assert_ne!(Consequence::new(&finding), Consequence::Figure, "{}", rule.id);
        }
    }

    #[test]
    fn causes_come_first_and_large_deviations_come_before_small_ones() {
        let finding = |id: &str, measured: f64| {
            let mut finding = Finding::new(rule_named(id).unwrap(), "p", 0, "");
            finding.measured(measured, 10.0, "s");
            finding
        };
        let mismatch = finding(checks::throughput_mismatch::ID, 1.0);
        let (long, short) = (finding(checks::window_count::ID, 9.0), finding(checks::window_count::ID, 4.0));
        let missing = finding(checks::file_missing::ID, 10.0);
        let all = [&missing, &mismatch, &mismatch, &mismatch, &long, &short];
        let order = |groups: Vec<Vec<&Finding>>| {
            let of_group = |group: Vec<&Finding>| {
                (group[0].rule.id, group.iter().map(|one| one.measured.unwrap().found).collect())
            };
            groups.into_iter().map(of_group).collect::<Vec<(&str, Vec<f64>)>>()
        };
        let expected = [
            (checks::window_count::ID, vec![4.0, 9.0]),
            (checks::throughput_mismatch::ID, vec![1.0; 3]),
            (checks::file_missing::ID, vec![10.0]),
        ];
        assert_eq!(order(groups(all.into_iter(), |one| one, Consequence::Figure)), expected);
        assert!(groups(all.into_iter(), |one| one, Consequence::Document).is_empty());
    }
}
