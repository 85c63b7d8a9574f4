//! The audit: recomputes the figures, runs every check and resolves the outcomes into a report. Checks do no I/O.

pub mod check;
pub mod checks;
pub mod consequence;
pub mod coverage;
pub mod device_class;
pub mod energy_shape;
pub mod engine;
pub mod evidence;
pub mod figure;
pub mod finding;
pub mod follow_up;
pub mod lineage;
pub mod metrics;
pub mod outcome;
pub mod proof;
pub mod report;
pub mod resolve;
pub mod rule;
pub mod sizes;
pub mod view;
pub mod waiver;
