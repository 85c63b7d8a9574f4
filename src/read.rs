//! Reading: a tree or archive, its logs and documents, and the typed model in which every value knows its line. The
//! content of a submission never makes it fail.

pub mod location;
pub mod log;
pub mod python;
pub mod submission;
pub mod tree;
