//! Judging: recomputing every figure, holding the rules against a submission, and the verdict. No I/O.

pub mod consequence;
pub mod coverage;
pub mod device_class;
pub mod engine;
pub mod evidence;
pub mod figure;
pub mod follow_up;
pub mod lineage;
pub mod metrics;
pub mod proof;
pub mod report;
pub mod rule;
pub mod rules;
pub mod sizes;
pub mod waiver;
