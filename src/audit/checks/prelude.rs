//! Imports that every check needs.

pub(crate) use crate::audit::check::check;
pub use crate::audit::figure::Kind;
pub use crate::audit::outcome::{Across, Findings, Outcome, Place};
pub use crate::audit::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};
pub use crate::round::{FileRole, Mode};
