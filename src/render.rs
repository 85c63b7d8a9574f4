//! Output formats, one file each. Renderers write to the writer they are given.

pub mod catalogue;
pub mod changes;
pub mod csv;
pub mod github;
mod guard;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod table;
pub mod text;
pub mod xlsx;

/// A positive figure with at least three digits that say something.
fn decimals(value: f64) -> String {
    let decimals = if value >= 100.0 {
        1
    } else if value >= 1.0 {
        2
    } else {
        4
    };
    format!("{value:.decimals$}")
}
