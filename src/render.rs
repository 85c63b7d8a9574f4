//! Reports for people and programs, one file per output format. Renderers write to the writer they are given.
//!
//! ```
//! use tinyaudit::{audit::report::Report, source::Tree, render, round::{Round, Severity}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let report = Report::check(&tree, Round::named("v1.4")?, None)?;
//! let (mut sarif, mut junit) = (Vec::new(), Vec::new());
//! render::sarif::write(&report, &mut sarif)?;
//! render::junit::write(&report, Severity::Error, &mut junit)?;
//! assert!(report.fails(Severity::Error) && !sarif.is_empty() && !junit.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod catalogue;
pub mod changes;
pub mod comparison;
pub mod csv;
pub(crate) mod document;
mod evidence_read;
pub mod github;
pub mod history;
pub mod html;
pub mod json;
pub mod junit;
pub mod letter;
pub mod markdown;
#[cfg(feature = "cli")]
pub(crate) mod official_log;
pub mod page;
pub mod proof;
pub mod publication;
#[cfg(feature = "cli")]
pub mod reconciliation;
pub(crate) mod replay;
pub mod rerun;
pub mod round_changes;
pub mod sarif;
pub(crate) mod standing;
pub(crate) mod table;
pub mod text;
pub mod triage;
pub(crate) mod untrusted;
mod url;
pub(crate) mod weights;
pub(crate) mod wrap;
pub mod xlsx;

use std::io;

use crate::audit::report::Report;
use crate::round::Severity;
use publication::{Filter, LeftOut, Selection};

/// Renders the two documents that a package encloses: the check report as JSON, and all results as Markdown with
/// invalid ones marked. Both list what was left out.
///
/// # Errors
/// None in practice: writing to memory does not fail.
pub fn package_documents(report: &Report, left_out: &[LeftOut]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut check, mut summary) = (Vec::new(), Vec::new());
    let report_of_check = json::Check::new(report, Severity::Error, false).leaving_out(left_out);
    json::write(&report_of_check, &mut check)?;
    let (rows, _) = publication::rows(report, Selection::Marked, &Filter::default());
    let page = page::ResultsPage::new(&rows, left_out, &report.round, &report.round.publication.public_repository);
    markdown::write(&page, &mut summary)?;
    Ok((check, summary))
}

/// Formats a positive figure with at least three significant digits.
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

/// Formats a figure with six significant digits, without zeros at the end.
pub(crate) fn short(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // limited
    let decimals = if value == 0.0 { 0 } else { (5.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
