//! What follows from a finding, the gravest first: the order in which a reviewer reads.

use std::fmt;

use serde::Serialize;

use super::proof::STATEMENTS;
use super::rule::{Finding, Group, Severity};
use super::rules;

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Consequence {
    /// A published figure is contradicted or has nothing to stand on.
    Figure,
    /// The evidence of a figure needs an explanation, or says something of interest.
    Evidence,
    /// Folders, descriptions and documents want mending.
    Document,
}

impl Consequence {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Figure, Self::Evidence, Self::Document];

    /// What follows from a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let id = finding.rule.id;
        let refutes = STATEMENTS.iter().any(|statement| statement.refuted_by.contains(&id));
        // What decides that there is no figure at all.
        let loses = [
            rules::evidence_undecided::ID,
            rules::quality_target_missed::ID,
            rules::run_missing::ID,
            rules::runner_not_eligible::ID,
            rules::wakeword_limit_exceeded::ID,
        ]
        .contains(&id);
        match finding.rule.group {
            _ if (refutes || loses) && finding.severity == Severity::Error => Self::Figure,
            Group::Structure | Group::SystemDescription => Self::Document,
            Group::Evidence | Group::Performance | Group::Accuracy | Group::Energy | Group::Wakeword => Self::Evidence,
        }
    }
}

/// Whether a finding says that something is not there, rather than that something is wrong.
#[must_use]
pub fn is_absence(finding: &Finding) -> bool {
    let absences = [
        rules::claim_missing::ID,
        rules::evidence_missing::ID,
        rules::evidence_undecided::ID,
        rules::file_missing::ID,
        rules::run_missing::ID,
    ];
    absences.contains(&finding.rule.id)
}

/// How far a finding lies from what is right by its message, in per cent: of alike ones the larger comes first.
#[must_use]
pub fn deviation(finding: &Finding) -> f64 {
    let number = |word: &str| word.trim_start_matches(['(', '+', '-']).parse::<f64>().ok();
    let message = finding.message.as_str();
    if let Some((found, least)) = message.split_once(", expected at least ") {
        let found = found.split_whitespace().rev().find_map(number);
        let least = least.split_whitespace().next().and_then(number);
        return found.zip(least).map_or(0.0, |(found, least)| 100.0 * (1.0 - found / least));
    }
    let words: Vec<&str> = message.split_whitespace().collect();
    let shares = words.windows(2).filter(|pair| pair[0].starts_with('(') && pair[1].starts_with('%'));
    shares.filter_map(|pair| number(pair[0])).fold(0.0, f64::max)
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
    use crate::judge::rules::RULES;

    #[test]
    fn every_error_of_evidence_changes_a_figure() {
        for rule in RULES.iter().filter(|rule| rule.severity == Severity::Error) {
            let consequence = Consequence::of(&Finding::new(rule, "p", 0, ""));
            let document = matches!(rule.group, Group::Structure | Group::SystemDescription);
            assert!(document || consequence == Consequence::Figure, "{} is {consequence}", rule.id);
        }
    }

    #[test]
    fn the_largest_deviation_is_read() {
        let deviation = |message: &str| deviation(&Finding::new(&RULES[0], "p", 0, message));
        assert!((deviation("77.342 s and 115.696 s (+49.6 %), tolerance 2 % and 0.1 s") - 49.6).abs() < 1e-9);
        assert!((deviation("window 3 lasts 4.0 s, expected at least 10 s") - 60.0).abs() < 1e-9);
        assert!(deviation("`log.txt` is missing").abs() < 1e-9);
    }

    #[test]
    fn a_warning_changes_no_figure() {
        for rule in RULES.iter().filter(|rule| rule.severity != Severity::Error) {
            assert_ne!(Consequence::of(&Finding::new(rule, "p", 0, "")), Consequence::Figure, "{}", rule.id);
        }
    }
}
