//! Agreement of an accuracy run's answers with those of known weights, and of its outputs with those of known arithmetics.

use crate::round::Weights;
use crate::round::answers::{Answer, Family};

/// Agreement of a run's answers with those of the most similar family of weights.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The family.
    pub family: &'static Family,
    /// Number of inputs that the run answered and on which all runs of the family agree clearly.
    pub sure: usize,
    /// Number of these that the run answers differently.
    pub otherwise: usize,
    /// The first of these differing answers.
    pub examples: Vec<Example>,
    /// Number of all answers that differ from the family's, whether its runs agree clearly or not.
    pub differing: usize,
    /// Differing answers that are correct where the family's is wrong, and the reverse.
    pub signs: Signs,
    /// Like `signs`, but only on inputs to which all submitters give the same answer, clearly or not.
    pub agreed: Signs,
    /// Number of answered inputs that nearly every submitter gets wrong, and how many of them this run gets right.
    pub hard: (usize, usize),
}

/// An input that a run answers differently than the family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Name of the input.
    pub input: &'static str,
    /// The run's answer.
    pub given: Answer,
    /// The family's answer.
    pub known: Answer,
    /// The class of the input.
    pub class: u32,
}

impl Agreement {
    /// Fraction of the inputs on which all reference runs agree clearly that is answered differently, 0 to 1.
    #[must_use]
    pub fn otherwise_fraction(&self) -> f64 {
        self.otherwise as f64 / self.sure.max(1) as f64
    }

    /// Whether the answers are from other weights, by the round's limits.
    #[must_use]
    pub fn is_other_weights(&self, limits: &Weights) -> bool {
        self.otherwise >= limits.otherwise_inputs && self.otherwise_fraction() > limits.otherwise_fraction
    }
}

/// Counts of differing answers by whether they are better or worse than the family's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// Right where the family is wrong.
    pub right: usize,
    /// Wrong where the family is right.
    pub wrong: usize,
}

impl Signs {
    /// Number of standard deviations by which right exceeds wrong, compared with a fair coin.
    #[must_use]
    pub fn deviations(self) -> f64 {
        let all = self.right + self.wrong;
        if all == 0 { 0.0 } else { (self.right as f64 - self.wrong as f64) / (all as f64).sqrt() }
    }
}

/// The rows of a log, compared with those of the reference model.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The arithmetic whose rows these are; `other` if they are those of none.
    pub arithmetic: &'static str,
    /// The nearest arithmetic.
    pub nearest: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// How many are equal to those of the nearest arithmetic, as far as they are printed.
    pub exact: usize,
    /// Largest difference from the nearest arithmetic, in 256ths.
    pub max_lsb: u32,
    /// Rows of a replayed log that are far from those of the reference model.
    pub beyond: Vec<Beyond>,
}

/// A row that is far from that of the reference model.
#[derive(Debug, Clone, PartialEq)]
pub struct Beyond {
    /// Name of the input.
    pub input: &'static str,
    /// The outputs in the log.
    pub printed: Vec<f64>,
    /// The outputs of the reference model, 0 to 1.
    pub expected: Vec<f64>,
    /// Largest difference, in 256ths.
    pub lsb: u32,
}
