//! Parsers of logs, results and documents, one module per format.
//!
//! Most parsers take bytes and never fail: parts that cannot be read are returned as [`location::Damage`]. Every value
//! has its line number. The modules describe their formats field by field.

pub mod blocks;
pub mod claims;
pub mod document;
pub mod eembc;
pub mod energy_trace;
pub(crate) mod location;
pub(crate) mod log;
pub mod mlcommons;
pub(crate) mod official;
pub mod outputs;
pub(crate) mod python;
pub mod results_json;
pub mod script;
pub mod sheet;
pub(crate) mod text;
