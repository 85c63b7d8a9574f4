//! Why a model cannot be read or run.

use std::fmt;

/// Why a model cannot be read or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError(String);

impl ModelError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub(super) fn malformed(at: usize, why: impl fmt::Display) -> Self {
        Self(format!("the file is not a valid TFLite model: at byte {at}, {why}"))
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ModelError {}
