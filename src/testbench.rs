//! The bench: devices, real or simulated, and the runner that measures them. It knows nothing of submissions.

pub mod device;
pub mod runner;
pub mod simulator;
