//! The results page as Markdown.

use std::io::{self, Write};

use super::page::{Cell, ResultsPage};
use super::publication::LeftOut;
use crate::render::untrusted::Untrusted;

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(page: &ResultsPage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# MLPerf Tiny {} results", page.round)?;
    for table in &page.tables {
        writeln!(out, "\n## {}\n", Untrusted(&table.title).for_markdown())?;
        if !table.targets.is_empty() {
            writeln!(out, "Quality targets: {}.\n", Untrusted(&table.targets.join("; ")).for_markdown())?;
        }
        let head: Vec<String> = table.head.iter().map(|name| Untrusted(name).for_markdown()).collect();
        writeln!(out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()))?;
        for line in &table.lines {
            let cells: Vec<String> = line.iter().map(cell).collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
    }
    if !page.left_out.is_empty() {
        writeln!(out, "\n## Left out\n")?;
        for LeftOut { result, reason } in &page.left_out {
            writeln!(out, "- {}: {}", Untrusted(result).for_markdown(), Untrusted(reason).for_markdown())?;
        }
    }
    Ok(())
}

/// Formats a cell; empty if it is merged into a cell above.
fn cell(cell: &Cell) -> String {
    let text = if cell.lines == 0 { String::new() } else { Untrusted(&cell.text).for_markdown() };
    match (&cell.link, &cell.struck) {
        (Some(link), _) => format!("[{text}]({link})"),
        (None, Some(_)) => format!("~~{text}~~ (not valid)"),
        (None, None) => text,
    }
}
