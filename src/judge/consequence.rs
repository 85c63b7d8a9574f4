//! What follows from a finding, the gravest first: the order in which a reviewer reads.

use std::fmt;

use serde::Serialize;

use super::proof::STATEMENTS;
use super::rule::{Finding, Group, Severity};

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
            "evidence-undecided",
            "quality-target-missed",
            "run-missing",
            "runner-not-eligible",
            "wakeword-limit-exceeded",
        ]
        .contains(&id);
        match finding.rule.group {
            _ if (refutes || loses) && finding.severity == Severity::Error => Self::Figure,
            Group::Structure | Group::SystemDescription => Self::Document,
            Group::Evidence | Group::Performance | Group::Accuracy | Group::Energy | Group::Wakeword => Self::Evidence,
        }
    }
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
            let consequence = Consequence::of(&Finding::new(rule, "p", 0, String::new()));
            let document = matches!(rule.group, Group::Structure | Group::SystemDescription);
            assert!(document || consequence == Consequence::Figure, "{} is {consequence}", rule.id);
        }
    }

    #[test]
    fn a_warning_changes_no_figure() {
        for rule in RULES.iter().filter(|rule| rule.severity != Severity::Error) {
            assert_ne!(Consequence::of(&Finding::new(rule, "p", 0, String::new())), Consequence::Figure, "{}", rule.id);
        }
    }
}
