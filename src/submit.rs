//! What submitters do with a submission: packages, fixes, forms, and a demo submission of simulated systems.

pub mod answers;
#[cfg(feature = "bench")]
pub mod demo;
pub mod fixing;
#[cfg(feature = "cli")]
pub(crate) mod folders;
pub(crate) mod form;
pub(crate) mod guess;
pub(crate) mod journal;
pub(crate) mod leftovers;
pub mod output;
pub mod package;
pub(crate) mod renaming;
#[cfg(feature = "cli")]
pub(crate) mod score;
#[cfg(feature = "cli")]
pub(crate) mod session;
