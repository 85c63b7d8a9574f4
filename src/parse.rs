//! Parsing: logs, results and documents, one module per format.
//!
//! A parser takes bytes, never fails, and keeps what it could not read as [`location::Damage`] beside what it could.
//! Everything it returns knows its line. The formats are described field by field in the modules.

pub mod blocks;
pub mod claims;
pub mod document;
pub mod eembc;
pub mod energy_trace;
pub mod location;
pub mod log;
pub mod mlcommons;
pub mod official;
pub mod python;
pub mod results_json;
pub mod script;
pub mod text;
