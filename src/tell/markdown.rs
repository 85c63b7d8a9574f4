//! The results page as Markdown.

use std::io::{self, Write};

use super::guard::markdown;
use super::page::{Cell, ResultsPage};
use super::publication::LeftOut;

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(page: &ResultsPage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# MLPerf Tiny {} results", page.round)?;
    for table in &page.tables {
        writeln!(out, "\n## {}\n", markdown(&table.title))?;
        if !table.targets.is_empty() {
            writeln!(out, "Quality targets: {}.\n", markdown(&table.targets.join("; ")))?;
        }
        let head: Vec<String> = table.head.iter().map(|name| markdown(name)).collect();
        writeln!(out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()))?;
        for line in &table.lines {
            let cells: Vec<String> = line.iter().map(cell).collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
    }
    if !page.left_out.is_empty() {
        writeln!(out, "\n## Left out\n")?;
        for LeftOut { result, reason } in &page.left_out {
            writeln!(out, "- {}: {}", markdown(result), markdown(reason))?;
        }
    }
    Ok(())
}

/// A cell; empty where one above stands for it.
fn cell(cell: &Cell) -> String {
    let text = if cell.lines == 0 { String::new() } else { markdown(&cell.text) };
    match (&cell.link, &cell.struck) {
        (Some(link), _) => format!("[{text}]({link})"),
        (None, Some(_)) => format!("~~{text}~~ (not valid)"),
        (None, None) => text,
    }
}
