//! A reconciliation as text and Markdown.

use std::io::{self, Write};

use super::{Cell, MatchedRow, Reconciliation, TextDifference, Verdict};
use crate::render::short;
use crate::render::untrusted::Untrusted;

/// Lines under a heading.
pub(crate) struct Part {
    pub title: &'static str,
    pub lines: Vec<String>,
}

/// Returns the first line: what was compared, and the counts.
pub(crate) fn headline(found: &Reconciliation) -> String {
    let matched = found.rows.iter().filter(|row| row.system.is_some()).count();
    format!("{} against round {}: {matched} of {} rows matched", found.table, found.round, found.rows.len())
}

/// Returns the counts of verdicts, one line per figure.
pub(crate) fn counts(found: &Reconciliation) -> Vec<String> {
    let words = |counts: Vec<(Verdict, usize)>| {
        counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect::<Vec<_>>().join(", ")
    };
    found.counts().into_iter().map(|(figure, counts)| format!("{figure}: {}", words(counts))).collect()
}

/// Returns everything that differs, in the order of its weight.
pub(crate) fn parts(found: &Reconciliation) -> Vec<Part> {
    let cells =
        |verdict: Verdict| found.cells.iter().filter(move |cell| cell.verdict == verdict).map(line_of).collect();
    let unmatched = found.rows.iter().filter(|row| row.system.is_none());
    let parts = vec![
        Part { title: "Different figures", lines: cells(Verdict::Different) },
        Part { title: "Different texts", lines: found.texts.iter().map(line_of_text).collect() },
        Part {
            title: "Rows without a system",
            lines: unmatched.map(|row| format!("line {}: {}", row.line, row.row)).collect(),
        },
        Part { title: "Only in the table", lines: cells(Verdict::OnlyInTable) },
        Part { title: "Only in the tree", lines: cells(Verdict::OnlyInTree) },
        Part { title: "Truncated", lines: cells(Verdict::Truncated) },
        Part { title: "Published although the evidence contradicts it", lines: found.contradicted.clone() },
        Part { title: "Matched otherwise than by name", lines: otherwise(&found.rows) },
        Part { title: "Not a number", lines: found.illegible.clone() },
        Part { title: "Not read", lines: found.unread.clone() },
    ];
    parts.into_iter().filter(|part| !part.lines.is_empty()).collect()
}

fn line_of(cell: &Cell) -> String {
    let Cell { line, result, figure, unit, published, claimed, recomputed, session, found, .. } = cell;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let number =
        |value: &Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{}{unit}", short(value)));
    let place = line.map_or_else(String::new, |line| format!("line {line}: "));
    let published = published.as_ref().map_or_else(String::new, |text| format!(" is published as {text}{unit},"));
    let known = if claimed == recomputed {
        format!(" claimed and recomputed {}", number(claimed))
    } else {
        let session =
            session.as_ref().map_or_else(String::new, |session| format!(" from the log of session {session}"));
        format!(" claimed {}, recomputed {}{session}", number(claimed), number(recomputed))
    };
    let known =
        if claimed.is_none() && recomputed.is_none() { " which the tree does not have".to_owned() } else { known };
    let found = if found.is_empty() { String::new() } else { format!("; it is the {}", found.join(", and the ")) };
    format!("{place}{figure} of {result}{published}{known}{found}")
}

fn line_of_text(one: &TextDifference) -> String {
    let TextDifference { line, system, field, published, expected } = one;
    let quoted = |text: &str| if text.is_empty() { "empty".to_owned() } else { format!("`{text}`") };
    format!("line {line}: {field} of {system} is {}, in the tree {}", quoted(published), quoted(expected))
}

fn otherwise(rows: &[MatchedRow]) -> Vec<String> {
    let line = |row: &MatchedRow| {
        let (system, by) = (row.system.as_ref()?, row.by.as_deref()?);
        (by != "its name").then(|| format!("line {}: {} is {system}, by {by}", row.line, row.row))
    };
    let mut lines: Vec<String> = rows.iter().filter_map(line).collect();
    lines.dedup();
    lines
}

/// Writes the reconciliation as text.
///
/// # Errors
/// When the writer fails.
pub fn write_text(found: &Reconciliation, out: &mut dyn Write) -> io::Result<()> {
    let safe = |text: &str| Untrusted(text).for_terminal();
    writeln!(out, "{}", safe(&headline(found)))?;
    for line in counts(found) {
        writeln!(out, "{line}")?;
    }
    for Part { title, lines } in parts(found) {
        writeln!(out, "\n{title}")?;
        for line in lines {
            writeln!(out, "  {}", safe(&line))?;
        }
    }
    Ok(())
}

/// Writes the reconciliation as Markdown.
///
/// # Errors
/// When the writer fails.
pub fn write_markdown(found: &Reconciliation, out: &mut dyn Write) -> io::Result<()> {
    let safe = |text: &str| Untrusted(text).for_markdown();
    writeln!(out, "# {}\n", safe(&headline(found)))?;
    for line in counts(found) {
        writeln!(out, "- {line}")?;
    }
    for Part { title, lines } in parts(found) {
        writeln!(out, "\n## {title}\n")?;
        for line in lines {
            writeln!(out, "- {}", safe(&line))?;
        }
    }
    Ok(())
}
