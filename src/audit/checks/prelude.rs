//! Imports that every check needs.

pub(crate) use crate::audit::check::check;
pub(crate) use crate::audit::figure::Kind;
pub(crate) use crate::audit::outcome::{Across, Findings, Outcome, Place};
pub(crate) use crate::audit::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};
pub(crate) use crate::round::{FileRole, Mode};
