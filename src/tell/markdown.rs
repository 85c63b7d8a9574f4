//! The results page as Markdown: a table a division, grouped by availability.

use std::io::{self, Write};

use super::guard::markdown;
use crate::round::Round;
use crate::tell::publication::{Row, Table, link};

/// Writes the page. `repository` is the public repository the rows link to.
///
/// # Errors
/// When the writer fails.
pub fn write(tables: &[Table<'_>], round: &Round, repository: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# MLPerf Tiny {} results\n", round.name)?;
    writeln!(out, "Latency in ms an inference, energy in µJ an inference (wake word: mean power in mW).")?;
    for table in tables {
        let open = table.division != "closed";
        let mut columns = vec!["Submitter", "Device", "Processor", "Accelerator", "Software"];
        if open {
            columns.push("Model");
        }
        let mut head: Vec<String> = columns.into_iter().map(str::to_owned).collect();
        for benchmark in &table.benchmarks {
            head.push(format!("{benchmark} ms"));
            if open {
                head.push(format!("{benchmark} quality"));
            }
        }
        if table.has_energy() {
            head.extend(table.benchmarks.iter().map(|benchmark| format!("{benchmark} energy")));
        }
        head.extend(["Details".to_owned(), "Code".to_owned()]);
        for (availability, lines) in &table.groups {
            writeln!(out, "\n## {}, {}\n", markdown(table.division), markdown(availability))?;
            writeln!(out, "| {} |", head.join(" | "))?;
            writeln!(out, "|{}", "---|".repeat(head.len()))?;
            for line in lines {
                let field = |key: &str| markdown(&line.field(key));
                let mut cells = vec![
                    markdown(&line.system.submitter),
                    markdown(&line.device()),
                    field("Processor(s) Name"),
                    field("Accelerator"),
                    field("Inference Framework"),
                ];
                if open {
                    cells.push(markdown(line.model));
                }
                for benchmark in &table.benchmarks {
                    let row = line.results.get(benchmark).copied();
                    cells.push(row.map_or_else(String::new, latency));
                    if open {
                        let quality = row.and_then(|row| row.quality.as_ref());
                        cells.push(quality.map_or_else(String::new, |quality| struck(&quality.text, quality.stands)));
                    }
                }
                if table.has_energy() {
                    cells.extend(table.benchmarks.iter().map(|benchmark| {
                        let energy = line.results.get(benchmark).and_then(|row| row.energy.as_ref());
                        energy.map_or_else(String::new, |energy| struck(&energy.text, energy.stands))
                    }));
                }
                cells.push(format!("[details]({})", link(repository, line.system, "results")));
                cells.push(format!("[code]({})", link(repository, line.system, "code")));
                writeln!(out, "| {} |", cells.join(" | "))?;
            }
        }
    }
    Ok(())
}

fn latency(row: &Row<'_>) -> String {
    let stands = row.throughput.as_ref().is_some_and(|throughput| throughput.stands);
    row.latency_ms().map_or_else(String::new, |ms| struck(&super::decimals(ms), stands))
}

/// A figure, struck out where it does not stand.
fn struck(text: &str, stands: bool) -> String {
    if stands { text.to_owned() } else { format!("~~{text}~~ (not valid)") }
}
