//! A published table compared with the tree, as a page.

use std::io::{self, Write};

use serde::Serialize;

use crate::render::reconciliation::{Cell, Reconciliation, counts, headline, parts};
use crate::render::short;
use crate::render::untrusted::Untrusted;

#[derive(Serialize)]
struct Document {
    title: String,
    style: &'static str,
    policy: String,
    counts: Vec<String>,
    parts: Vec<Part>,
    cells: Vec<Row>,
}

#[derive(Serialize)]
struct Part {
    title: &'static str,
    lines: Vec<String>,
}

/// A figure of the table.
#[derive(Serialize)]
struct Row {
    result: String,
    figure: String,
    unit: String,
    published: String,
    claimed: String,
    recomputed: String,
    verdict: &'static str,
    differs: bool,
}

impl Row {
    fn new(cell: &Cell) -> Self {
        let number = |value: Option<f64>| value.map_or_else(String::new, short);
        Self {
            result: Untrusted(&cell.result).for_html(),
            figure: cell.figure.clone(),
            unit: cell.unit.clone(),
            published: Untrusted(cell.published.as_deref().unwrap_or_default()).for_html(),
            claimed: number(cell.claimed),
            recomputed: number(cell.recomputed),
            verdict: cell.verdict.name(),
            differs: !cell.verdict.is_equal(),
        }
    }
}

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(found: &Reconciliation, out: &mut dyn Write) -> io::Result<()> {
    let safe = |lines: Vec<String>| lines.iter().map(|line| Untrusted(line).for_html()).collect();
    let parts = parts(found).into_iter().map(|part| Part { title: part.title, lines: safe(part.lines) });
    super::render(
        "reconciliation",
        &Document {
            title: Untrusted(&headline(found)).for_html(),
            style: super::STYLE,
            policy: super::policy::policy(super::STYLE, ""),
            counts: counts(found),
            parts: parts.collect(),
            cells: found.cells.iter().map(Row::new).collect(),
        },
        out,
    )
}
