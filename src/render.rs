//! Output formats, one file each. Renderers write to the writer they are given.

pub mod catalogue;
pub mod json;
pub mod table;
pub mod text;
