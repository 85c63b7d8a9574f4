//! Test bench: real or simulated devices, and the runner that measures them. It does not depend on submissions.

pub mod device;
pub(crate) mod doctor;
pub(crate) mod recording;
pub mod runner;
pub mod simulator;
