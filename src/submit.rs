//! What is done with a submission: packages, mending, forms, and whole ones of simulated systems.

pub mod answers;
#[cfg(feature = "bench")]
pub mod demo;
pub mod form;
pub mod guess;
pub mod journal;
pub mod mending;
pub mod output;
pub mod package;
pub mod respelling;
