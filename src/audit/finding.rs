//! Findings: what a check reports when it fails.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::figure::Kind;
use super::rule::{Affects, Rule, Severity};
use crate::parse::location::Line;
use crate::parse::text::printable;

/// A rule broken at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is in this round and division.
    pub severity: Severity,
    /// Path relative to the tree.
    pub path: String,
    /// Line in that file; zero for the whole of it.
    pub line: Line,
    /// The line's text, filled in by the report.
    pub excerpt: Option<String>,
    /// What that line says, in a few words, where the finding compares places.
    pub label: Option<String>,
    /// The other places it compares with.
    pub related: Vec<Related>,
    /// What is wrong, with both figures, units and the tolerance.
    pub message: String,
    /// More facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: String,
    /// What was measured and what was expected, where these are numbers.
    pub measured: Option<Measured>,
    /// The published figure that changes, from the claim to what the evidence gives.
    pub change: Option<Change>,
    /// The files and folders that are missing, where that is what is wrong: each with all paths it may have.
    pub missing: Vec<Vec<String>>,
    /// The check that could not be decided, where that is what is wrong.
    pub undecided: Option<&'static Rule>,
    /// Why it does not count, if so.
    pub suppression: Option<Suppression>,
    /// How many findings it is: one, or all those of its check in its place that are not listed.
    pub stands_for: usize,
}

/// A number that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Measured {
    /// What was found.
    pub found: f64,
    /// What was expected: the other value, or the limit.
    pub expected: f64,
    /// The unit of both; empty for counts and ratios.
    pub unit: &'static str,
}

impl Measured {
    /// How far the value lies from the expected one, as a part of that; infinite where nothing was expected.
    #[must_use]
    pub fn deviation(self) -> f64 {
        let deviation = (self.found - self.expected).abs() / self.expected.abs();
        if deviation.is_nan() { 0.0 } else { deviation }
    }
}

/// A published figure as claimed and as the evidence gives it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// The figure.
    pub figure: Kind,
    /// As claimed.
    pub from: f64,
    /// As recomputed, unrounded.
    pub to: f64,
    /// The unit of both; empty for ratios and counts.
    pub unit: &'static str,
}

/// Another place that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Path relative to the tree.
    pub path: String,
    /// Line in that file; zero for the whole of it.
    pub line: Line,
    /// The line's text, filled in by the report.
    pub excerpt: Option<String>,
    /// What it says, in a few words.
    pub label: String,
}

/// A decision of the review committee that a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decision {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub date: String,
    /// The figures whose claim stands by it; where it names none, it lets through what the evidence gives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Kind>,
}

impl Decision {
    /// Whether it lets a figure through.
    #[must_use]
    pub fn lets_through(&self, kind: Kind) -> bool {
        self.figures.is_empty() || self.figures.contains(&kind)
    }
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppression {
    /// The review committee decided so.
    Waived(Decision),
    /// It follows from a file that is known to be absent, as the list of that name says.
    KnownAbsent(String),
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waived(Decision { reason, decided_by, date, .. }) => {
                write!(f, "waived by {decided_by} on {date}: {reason}")
            }
            Self::KnownAbsent(list) => write!(f, "{list} lists the file, which is known to be absent"),
        }
    }
}

impl Finding {
    /// A finding of a check at a place.
    #[must_use]
    pub fn new(rule: &'static Rule, path: &str, line: Line, message: &str) -> Self {
        Self {
            rule,
            severity: rule.severity,
            path: path.to_owned(),
            line,
            excerpt: None,
            label: None,
            related: Vec::new(),
            message: printable(message),
            notes: Vec::new(),
            help: rule.help(),
            measured: None,
            change: None,
            missing: Vec::new(),
            undecided: None,
            suppression: None,
            stands_for: 1,
        }
    }

    /// Whether it follows from a file that is known to be absent.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self.suppression, Some(Suppression::KnownAbsent(_)))
    }

    /// Whether the review committee waived it.
    #[must_use]
    pub const fn is_waived(&self) -> bool {
        matches!(self.suppression, Some(Suppression::Waived(_)))
    }

    /// The decision by which it does not count.
    #[must_use]
    pub const fn decision(&self) -> Option<&Decision> {
        match &self.suppression {
            Some(Suppression::Waived(decision)) => Some(decision),
            _ => None,
        }
    }

    /// Whether it was waived for a figure.
    #[must_use]
    pub fn lets_through(&self, kind: Kind) -> bool {
        self.decision().is_some_and(|decision| decision.lets_through(kind))
    }

    /// Whether a decision names a figure that it lets through.
    #[must_use]
    pub fn names(&self, kind: Kind) -> bool {
        self.decision().is_some_and(|decision| decision.figures.contains(&kind))
    }

    /// Whether it says that a result as such cannot be published. Only a decision changes that: a run that is known to be absent
    /// is missing all the same.
    #[must_use]
    pub fn is_against_result(&self) -> bool {
        self.severity == Severity::Error && self.rule.affects == Affects::Result && !self.is_waived()
    }

    /// Whether it counts in the verdict.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.suppression.is_none()
    }

    /// The message, and every note in a line of its own.
    #[must_use]
    pub fn with_notes(&self) -> String {
        let notes = self.notes.iter().flat_map(|note| ["\nnote: ", note.as_str()]);
        std::iter::once(self.message.as_str()).chain(notes).collect()
    }

    /// Adds a fact.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.notes.push(printable(&note.into()));
        self
    }

    /// Says what its own line shows, where it compares that with another place.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(printable(&label.into()));
        self
    }

    /// Adds a place that it compares with, and what that place shows.
    pub fn also(&mut self, path: &str, line: Line, label: impl Into<String>) -> &mut Self {
        let label = printable(&label.into());
        self.related.push(Related { path: path.to_owned(), line, excerpt: None, label });
        self
    }

    /// Says what to do where the check's own help is not exact enough.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = printable(&help.into());
        self
    }

    /// States what was measured beside what was expected: the other value, or the limit.
    pub const fn measured(&mut self, found: f64, expected: f64, unit: &'static str) -> &mut Self {
        self.measured = Some(Measured { found, expected, unit });
        self
    }

    /// States which published figure changes, from the claim to what the evidence gives.
    pub const fn changes(&mut self, figure: Kind, from: f64, to: f64, unit: &'static str) -> &mut Self {
        self.change = Some(Change { figure, from, to, unit });
        self
    }

    /// States which files or folders are missing, each with all paths it may have.
    pub fn missing(&mut self, missing: impl IntoIterator<Item = Vec<String>>) -> &mut Self {
        self.missing.extend(missing);
        self
    }
}
