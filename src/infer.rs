//! Models of the benchmark: reads TFLite files and the constants of ONNX files, runs them in the arithmetics of known runtimes, and recognises weights.
//! This wing knows nothing of submissions.
//!
//! Whatever a file contains, reading and running it ends with an error or a result: every offset is checked, and the
//! numbers of tensors, bytes and multiply-adds are limited before anything is allocated.

pub(crate) mod arithmetic;
mod error;
mod flatbuffer;
pub mod interpreter;
mod kernels;
pub mod model;
pub mod network;
pub mod onnx;
pub mod weights;

pub use arithmetic::Arithmetic;
pub use error::ModelError;
#[cfg(feature = "internals")]
pub use interpreter::{Interpreter, Values};
pub use model::Model;
pub use network::Network;
