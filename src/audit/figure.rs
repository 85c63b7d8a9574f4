//! Kinds of published figures, and the four statuses that a figure can have.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::round::{Mode, Task};

/// A published figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Median inferences per second.
    Throughput,
    /// Top-1 or AUC, depending on the benchmark's target.
    Quality,
    /// Median µJ per inference.
    Energy,
    /// Wake word counts, duty cycle, throughput and power.
    Wakeword,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Throughput, Self::Quality, Self::Energy, Self::Wakeword];

    /// Name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Quality => "quality",
            Self::Energy => "energy",
            Self::Wakeword => "wake word",
        }
    }

    /// Returns the figure that a run contributes to the published result.
    #[must_use]
    pub const fn new(task: Task, mode: Mode) -> Self {
        match (task, mode) {
            (Task::Wakeword, _) => Self::Wakeword,
            (_, Mode::Performance) => Self::Throughput,
            (_, Mode::Accuracy) => Self::Quality,
            (_, Mode::Energy) => Self::Energy,
        }
    }
}

/// Status of a figure, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Every check that affects it passes.
    Confirmed,
    /// It recomputes as claimed, but a rule of the benchmark is violated.
    NotByTheRules,
    /// It cannot be recomputed, or the evidence does not decide.
    Unproven,
    /// The evidence gives a different figure, or belongs to a different result.
    Contradicted,
}

impl Status {
    /// All statuses, best first.
    pub const ALL: [Self; 4] = [Self::Confirmed, Self::NotByTheRules, Self::Unproven, Self::Contradicted];

    /// Name in JSON and other machine-readable output.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotByTheRules => "not-by-the-rules",
            Self::Unproven => "unproven",
            Self::Contradicted => "contradicted",
        }
    }

    /// Sign printed after a figure in tables.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Confirmed => "",
            Self::NotByTheRules => " §",
            Self::Unproven => " ?",
            Self::Contradicted => " ✗",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirmed => "confirmed",
            Self::NotByTheRules => "not by the rules",
            Self::Unproven => "unproven",
            Self::Contradicted => "contradicted",
        })
    }
}
