//! Reports for people and programs, one file a format. Renderers write to the writer they are given.
//!
//! ```
//! use tinyaudit::{judge::report::Report, read::tree::Tree, round::{Round, Severity}, tell};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let report = Report::of(&tree, Round::named("v1.4")?, None)?;
//! let (mut sarif, mut junit) = (Vec::new(), Vec::new());
//! tell::sarif::write(&report, &mut sarif)?;
//! tell::junit::write(&report, Severity::Error, &mut junit)?;
//! assert!(report.fails(Severity::Error) && !sarif.is_empty() && !junit.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod catalogue;
pub mod changes;
pub mod comparison;
pub mod csv;
pub mod github;
mod guard;
pub mod history;
pub mod html;
pub mod json;
pub mod junit;
pub mod letter;
pub mod markdown;
pub mod page;
pub mod proof;
pub mod publication;
pub mod sarif;
pub mod table;
pub mod text;
pub mod triage;
pub mod weights;
mod wrap;
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
