//! The figures that are published, and the four words that can be said of one.

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
    /// Top-1 or AUC, whichever the benchmark's target is.
    Quality,
    /// Median µJ per inference.
    Energy,
    /// Counts, duty cycle, throughput and power of the wake word.
    Wakeword,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Throughput, Self::Quality, Self::Energy, Self::Wakeword];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Quality => "quality",
            Self::Energy => "energy",
            Self::Wakeword => "wake word",
        }
    }

    /// The figure that a run of a benchmark is published with.
    #[must_use]
    pub const fn of(task: Task, mode: Mode) -> Self {
        match (task, mode) {
            (Task::Wakeword, _) => Self::Wakeword,
            (_, Mode::Performance) => Self::Throughput,
            (_, Mode::Accuracy) => Self::Quality,
            (_, Mode::Energy) => Self::Energy,
        }
    }
}

/// What can be said of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Every check that affects it passes.
    Confirmed,
    /// It recomputes as claimed, and a rule of the benchmark is broken.
    NotByTheRules,
    /// Nothing can be recomputed, or the evidence does not decide.
    Unproven,
    /// The evidence gives another figure, or is another's.
    Contradicted,
}

impl Status {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Confirmed, Self::NotByTheRules, Self::Unproven, Self::Contradicted];

    /// The same in one word, for programs.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotByTheRules => "not-by-the-rules",
            Self::Unproven => "unproven",
            Self::Contradicted => "contradicted",
        }
    }

    /// The sign behind a figure in a table.
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
