//! How the answers of an accuracy run agree with those of known weights.

use crate::round::Weights;
use crate::round::answers::{Answer, Family};

/// How a run's answers agree with those of the nearest family.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The family.
    pub family: &'static Family,
    /// Inputs of which the family is sure and that the run answered.
    pub sure: usize,
    /// How many of these it answers otherwise.
    pub otherwise: usize,
    /// The first of these.
    pub examples: Vec<Example>,
    /// Answers that are not the family's, sure or not.
    pub differing: usize,
    /// Answers that are right where the family's is wrong, and wrong where the family's is right.
    pub signs: Signs,
    /// The same, of the inputs that all submitters answer alike, sure or not.
    pub agreed: Signs,
    /// Inputs that nearly everybody gets wrong and that the run answered, and how many of them it gets right.
    pub hard: (usize, usize),
}

/// An input that a run answers otherwise than the family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Its name.
    pub input: &'static str,
    /// The run's answer.
    pub given: Answer,
    /// The family's answer.
    pub known: Answer,
    /// The class of the input.
    pub class: u32,
}

impl Agreement {
    /// The part of the sure inputs that is answered otherwise, 0 to 1.
    #[must_use]
    pub fn otherwise_fraction(&self) -> f64 {
        self.otherwise as f64 / self.sure.max(1) as f64
    }

    /// Whether these are other weights by the round's tolerance.
    #[must_use]
    pub fn are_others(&self, limits: &Weights) -> bool {
        self.otherwise >= limits.otherwise_inputs && self.otherwise_fraction() > limits.otherwise_fraction
    }
}

/// Answers that differ from a family's, to the better and to the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// Right where the family is wrong.
    pub right: usize,
    /// Wrong where the family is right.
    pub wrong: usize,
}

impl Signs {
    /// How many standard deviations they are more often right than chance explains.
    #[must_use]
    pub fn deviations(self) -> f64 {
        let all = self.right + self.wrong;
        if all == 0 { 0.0 } else { (self.right as f64 - self.wrong as f64) / (all as f64).sqrt() }
    }
}
