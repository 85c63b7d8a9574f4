//! Findings: what a check reports when it fails.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::figure::Kind;
use super::rule::{Affects, Rule, Severity};
use crate::parse::location::Line;
use crate::parse::text::printable;

/// A violation of a rule at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Severity in this round and division.
    pub severity: Severity,
    /// Path relative to the submission.
    pub path: String,
    /// Line in that file; zero for the whole file.
    pub line: Line,
    /// Text of that line, filled in by the report.
    pub excerpt: Option<String>,
    /// What the line shows, in a few words, if the finding compares places.
    pub label: Option<String>,
    /// The other places that the finding compares with.
    pub related: Vec<Related>,
    /// What is wrong, with both figures, units and the tolerance.
    pub message: String,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: String,
    /// The measured and the expected value, if both are numbers.
    pub measured: Option<Measured>,
    /// The published figure that changes, as claimed and as recomputed.
    pub change: Option<Box<Change>>,
    /// The missing files and folders, if that is the violation; each with all paths it may have.
    pub missing: Vec<Vec<String>>,
    /// The check that could not be decided, if that is the violation.
    pub undecided: Option<&'static Rule>,
    /// Why the finding does not count in the verdict; `None` if it counts.
    pub suppression: Option<Box<Suppression>>,
    /// Number of findings it represents: 1, or the number of findings of its rule at its path that are not listed.
    pub finding_count: usize,
}

/// A measured value and the value expected instead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Measured {
    /// The measured value.
    pub found: f64,
    /// The expected value or the limit.
    pub expected: f64,
    /// Unit of both values; empty for counts and ratios.
    pub unit: &'static str,
}

impl Measured {
    /// Relative deviation from the expected value; infinite if zero was expected.
    #[must_use]
    pub fn deviation(self) -> f64 {
        let deviation = (self.found - self.expected).abs() / self.expected.abs();
        if deviation.is_nan() { 0.0 } else { deviation }
    }
}

/// A published figure as claimed and as recomputed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// The figure.
    pub figure: Kind,
    /// The claimed value.
    pub from: f64,
    /// The recomputed value, not rounded.
    pub to: f64,
    /// Unit of both values; empty for ratios and counts.
    pub unit: &'static str,
}

/// Another place that a finding refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Path relative to the submission.
    pub path: String,
    /// Line in that file; zero for the whole file.
    pub line: Line,
    /// Text of that line, filled in by the report.
    pub excerpt: Option<String>,
    /// What the line shows, in a few words.
    pub label: String,
}

/// A decision of the review committee that a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decision {
    /// Reason for the decision.
    pub reason: String,
    /// Person or group that decided.
    pub decided_by: String,
    /// Date of the decision, `2024-04-17`.
    pub date: String,
    /// The figures whose claimed values are accepted as they are. If empty, figures are accepted only as far as the
    /// evidence gives the claimed value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Kind>,
}

impl Decision {
    /// Whether the decision accepts a figure despite the finding.
    #[must_use]
    pub fn accepts(&self, kind: Kind) -> bool {
        self.figures.is_empty() || self.figures.contains(&kind)
    }
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppression {
    /// The review committee decided so.
    Waived(Decision),
    /// It follows from a file that is known to be absent; holds the name of the list that says so.
    KnownAbsent(String),
    /// Settings of the user ignore the rule; holds the name of their file. Errors are never ignored.
    Ignored(String),
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waived(Decision { reason, decided_by, date, .. }) => {
                write!(f, "waived by {decided_by} on {date}: {reason}")
            }
            Self::KnownAbsent(list) => write!(f, "{list} lists the file as known to be absent"),
            Self::Ignored(file) => write!(f, "ignored by {file}"),
        }
    }
}

impl Finding {
    /// Creates a finding of a rule at a place, with the rule's severity and help.
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
            finding_count: 1,
        }
    }

    /// Whether it does not count because a file is known to be absent.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self.suppression.as_deref(), Some(Suppression::KnownAbsent(_)))
    }

    /// Why it does not count, in a word; `None` if it counts.
    #[must_use]
    pub fn set_aside(&self) -> Option<&'static str> {
        match self.suppression.as_deref() {
            None => None,
            Some(Suppression::Waived(_)) => Some("waived"),
            Some(Suppression::KnownAbsent(_)) => Some("file absent"),
            Some(Suppression::Ignored(_)) => Some("ignored"),
        }
    }

    /// Whether settings of the user ignore it.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        matches!(self.suppression.as_deref(), Some(Suppression::Ignored(_)))
    }

    /// Whether the review committee waived the finding.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        matches!(self.suppression.as_deref(), Some(Suppression::Waived(_)))
    }

    /// The decision that waives the finding.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match self.suppression.as_deref() {
            Some(Suppression::Waived(decision)) => Some(decision),
            _ => None,
        }
    }

    /// Whether a decision accepts a figure despite the finding.
    #[must_use]
    pub fn accepts(&self, kind: Kind) -> bool {
        self.decision().is_some_and(|decision| decision.accepts(kind))
    }

    /// Whether a decision names this figure explicitly.
    #[must_use]
    pub fn names(&self, kind: Kind) -> bool {
        self.decision().is_some_and(|decision| decision.figures.contains(&kind))
    }

    /// Whether the finding prevents the publication of the whole result, whatever its figures are. Only a waiver
    /// changes that: a run that is known to be absent is still missing.
    #[must_use]
    pub fn blocks_result(&self) -> bool {
        self.severity == Severity::Error && self.rule.affects == Affects::Result && !self.is_waived()
    }

    /// Whether the finding counts in the verdict.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.suppression.is_none()
    }

    /// Returns the message followed by the notes, one per line.
    #[must_use]
    pub fn with_notes(&self) -> String {
        let notes = self.notes.iter().flat_map(|note| ["\nnote: ", note.as_str()]);
        std::iter::once(self.message.as_str()).chain(notes).collect()
    }

    /// Adds a note.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.notes.push(printable(&note.into()));
        self
    }

    /// Sets the label of the finding's own line, for findings that compare places.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(printable(&label.into()));
        self
    }

    /// Adds another place with a label that says what it shows.
    pub fn also(&mut self, path: &str, line: Line, label: impl Into<String>) -> &mut Self {
        let label = printable(&label.into());
        self.related.push(Related { path: path.to_owned(), line, excerpt: None, label });
        self
    }

    /// Replaces the rule's help by one for this finding.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = printable(&help.into());
        self
    }

    /// Sets the measured value and the expected value or limit.
    pub const fn measured(&mut self, found: f64, expected: f64, unit: &'static str) -> &mut Self {
        self.measured = Some(Measured { found, expected, unit });
        self
    }

    /// Sets the published figure that changes, with its claimed and recomputed value.
    pub fn changes(&mut self, figure: Kind, from: f64, to: f64, unit: &'static str) -> &mut Self {
        self.change = Some(Box::new(Change { figure, from, to, unit }));
        self
    }

    /// Adds missing files or folders, each with all paths it may have.
    pub fn missing(&mut self, missing: impl IntoIterator<Item = Vec<String>>) -> &mut Self {
        self.missing.extend(missing);
        self
    }
}
