//! The audit: recomputes the figures, runs every check and resolves the outcomes into a report. Checks do no I/O.

pub(crate) mod check;
pub(crate) mod checked;
pub mod checks;
pub(crate) mod consequence;
pub(crate) mod coverage;
pub(crate) mod device_class;
pub(crate) mod energy_shape;
pub(crate) mod engine;
pub(crate) mod evidence;
pub(crate) mod figure;
pub mod finding;
pub(crate) mod follow_up;
pub(crate) mod lifting;
pub(crate) mod lineage;
pub mod metrics;
pub mod outcome;
pub mod proof;
pub mod report;
pub mod rerun;
pub(crate) mod resolve;
pub mod rule;
pub(crate) mod sizes;
pub(crate) mod view;
pub mod waiver;
