//! Where a value stands: every value read from a submission knows its line.

use std::ops::Deref;

/// A line number, counted from 1. Zero stands for "the file as a whole".
pub type Line = u32;

/// A value and the line of the file it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: Line,
}

impl<T> At<T> {
    /// Ties a value to its line.
    pub const fn new(value: T, line: Line) -> Self {
        Self { value, line }
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A part of a file that could not be read as what it should be. Damage is kept where it is and never ends the
/// reading of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The line, or zero for the whole file.
    pub line: Line,
    /// What was found and what was expected, in the style of a finding's message.
    pub message: String,
}

impl Damage {
    /// Notes damage at a line.
    pub fn new(line: Line, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}
