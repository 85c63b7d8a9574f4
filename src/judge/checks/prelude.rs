//! What every check needs.

pub(crate) use crate::judge::check::check;
pub use crate::judge::figure::Kind;
pub use crate::judge::outcome::{Across, Findings, Outcome, Place};
pub use crate::judge::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};
pub use crate::round::{FileRole, Mode};
