//! Line numbers of values: every value that is read from a submission has its line.

use std::ops::Deref;

/// A line number, counted from 1. Zero means the whole file.
pub(crate) type Line = u32;

/// A value and the line of the file it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: Line,
}

impl<T> At<T> {
    /// Makes a value with its line.
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

/// A part of a file that could not be read. The rest of the file is read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The line; zero for the whole file.
    pub line: Line,
    /// What was found and what was expected, in the style of a finding's message.
    pub message: String,
}

impl Damage {
    /// Makes damage at a line.
    pub fn new(line: Line, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}
