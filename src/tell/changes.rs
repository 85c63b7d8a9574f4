//! What changed between two trees: for people, as Markdown and as JSON.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::guard::markdown;
use super::text::printable;
use crate::tell::comparison::{Change, ChangedFigure, ChangedResult, Comparison};

/// Writes the changes in words.
///
/// # Errors
/// When the writer fails.
pub fn write_text(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for ChangedResult { name, change } in &comparison.results {
        writeln!(out, "{} {}", kind(change), printable(name))?;
        for figure in figures(change) {
            writeln!(out, "    {}", words(figure))?;
        }
    }
    for (title, lines) in parts(comparison) {
        for line in lines {
            writeln!(out, "{title}: {}", printable(line))?;
        }
    }
    for duty in &comparison.duties {
        let said = duty.broken.as_deref().unwrap_or("came back as it must");
        writeln!(out, "preview {}: {}", printable(&duty.system), printable(said))?;
    }
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    writeln!(
        out,
        "{}, {} fixed, {} new, {} of evidence changed",
        count(comparison.results.len(), "changed result"),
        count(comparison.fixed.len(), "finding"),
        comparison.new.len(),
        count(comparison.evidence.len(), "file")
    )
}

/// Writes the changes as Markdown.
///
/// # Errors
/// When the writer fails.
pub fn write_markdown(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| result | change |\n|---|---|")?;
    for ChangedResult { name, change } in &comparison.results {
        let said: Vec<String> = figures(change).map(words).collect();
        let said = if said.is_empty() { kind(change).to_owned() } else { said.join("; ") };
        writeln!(out, "| {} | {} |", markdown(name), markdown(&said))?;
    }
    for (title, lines) in parts(comparison).into_iter().filter(|(_, lines)| !lines.is_empty()) {
        writeln!(out, "\n{title}:\n")?;
        for line in lines {
            writeln!(out, "- {}", markdown(line))?;
        }
    }
    for duty in &comparison.duties {
        let said = duty.broken.as_deref().unwrap_or("came back as it must");
        writeln!(out, "\n- preview {}: {}", markdown(&duty.system), markdown(said))?;
    }
    Ok(())
}

fn parts(comparison: &Comparison) -> [(&'static str, &Vec<String>); 3] {
    [("finding fixed", &comparison.fixed), ("finding new", &comparison.new), ("evidence changed", &comparison.evidence)]
}

const fn kind(change: &Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed(_) => "changed",
    }
}

fn figures(change: &Change) -> impl Iterator<Item = &ChangedFigure> {
    match change {
        Change::Changed(figures) => &figures[..],
        Change::Added | Change::Removed => &[],
    }
    .iter()
}

fn words(figure: &ChangedFigure) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "nothing".to_owned(), super::decimals);
    let percent = figure.percent().map_or_else(String::new, |percent| format!(" ({percent:+.2} %)"));
    format!("{}: {} to {}{percent}", figure.name, shown(figure.old), shown(figure.new))
}

/// What `compare --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit compare")]
pub struct Changes {
    /// Results that were added, removed or changed.
    results: Vec<ResultChange>,
    /// Findings that are gone.
    fixed: Vec<String>,
    /// Findings that were not there.
    new: Vec<String>,
    /// Files of evidence that differ.
    evidence: Vec<String>,
    /// What became of preview systems.
    previews: Vec<Preview>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ResultChange {
    result: String,
    /// `added`, `removed` or `changed`.
    change: &'static str,
    figures: Vec<FigureChange>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FigureChange {
    name: &'static str,
    old: Option<f64>,
    new: Option<f64>,
    percent: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Preview {
    system: String,
    /// What is wrong, or null.
    broken: Option<String>,
}

impl Changes {
    /// The changes as JSON.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        let figure = |figure: &ChangedFigure| FigureChange {
            name: figure.name,
            old: figure.old,
            new: figure.new,
            percent: figure.percent(),
        };
        Self {
            results: comparison
                .results
                .iter()
                .map(|changed| ResultChange {
                    result: changed.name.clone(),
                    change: kind(&changed.change),
                    figures: figures(&changed.change).map(figure).collect(),
                })
                .collect(),
            fixed: comparison.fixed.clone(),
            new: comparison.new.clone(),
            evidence: comparison.evidence.clone(),
            previews: comparison
                .duties
                .iter()
                .map(|duty| Preview { system: duty.system.clone(), broken: duty.broken.clone() })
                .collect(),
        }
    }
}
