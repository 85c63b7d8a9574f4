//! What changed between two trees: for people, as Markdown and as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::follow_up::Duty;
use crate::render::comparison::{Change, ChangedFigure, ChangedResult, Comparison, Renamed};
use crate::render::untrusted::Untrusted;

/// Writes the changes in words, changed figures first. Findings are counted by rule, unless each is wanted.
///
/// # Errors
/// When the writer fails.
pub fn write_text(comparison: &Comparison, findings: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", rounds(comparison))?;
    for ChangedResult { name, change } in &comparison.results {
        writeln!(out, "{} {}", kind(change), Untrusted(name).for_terminal())?;
        for figure in figures(change) {
            writeln!(out, "    {}", words(figure))?;
        }
    }
    for (title, lines) in parts(comparison, findings) {
        for line in lines {
            writeln!(out, "{title}: {}", Untrusted(&line).for_terminal())?;
        }
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

/// Writes the changes as Markdown, in the same order.
///
/// # Errors
/// When the writer fails.
pub fn write_markdown(comparison: &Comparison, findings: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", rounds(comparison))?;
    writeln!(out, "| result | change |\n|---|---|")?;
    for ChangedResult { name, change } in &comparison.results {
        let said: Vec<String> = figures(change).map(words).collect();
        let said = if said.is_empty() { kind(change).to_owned() } else { said.join("; ") };
        writeln!(out, "| {} | {} |", Untrusted(name).for_markdown(), Untrusted(&said).for_markdown())?;
    }
    for (title, lines) in parts(comparison, findings).into_iter().filter(|(_, lines)| !lines.is_empty()) {
        writeln!(out, "\n{title}:\n")?;
        for line in lines {
            writeln!(out, "- {}", Untrusted(&line).for_markdown())?;
        }
    }
    Ok(())
}

fn rounds(comparison: &Comparison) -> String {
    let (old, new) = &comparison.rounds;
    if old == new { format!("both held against round {new}") } else { format!("held against rounds {old} and {new}") }
}

fn parts(comparison: &Comparison, findings: bool) -> [(&'static str, Vec<String>); 7] {
    let renamed = |one: &Renamed| format!("{} is {} ({})", one.old, one.new, one.by);
    let duty = |duty: &Duty| format!("{}: {}", duty.system, duty.broken.as_deref().unwrap_or("came back as it must"));
    let listed = |lines: &[String]| if findings { lines.to_vec() } else { by_rule(lines) };
    [
        ("renamed", comparison.renamed.iter().map(renamed).collect()),
        ("evidence changed", comparison.evidence.clone()),
        ("description", comparison.descriptions.clone()),
        ("files", comparison.files.clone()),
        ("preview", comparison.duties.iter().map(duty).collect()),
        ("finding fixed", listed(&comparison.fixed)),
        ("finding new", listed(&comparison.new)),
    ]
}

/// How many findings there are of each rule, errors first.
fn by_rule(lines: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for line in lines {
        let rule = line.split_once(']').map_or(line.as_str(), |(rule, _)| rule);
        let rank = ["error", "warning"].iter().position(|severity| rule.starts_with(severity)).unwrap_or(2);
        *counts.entry((rank, rule)).or_default() += 1;
    }
    counts.into_iter().map(|((_, rule), count)| format!("{rule}] {count}×")).collect()
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
    let claimed = if figure.claimed { "claimed " } else { "" };
    format!("{claimed}{}: {} to {}{percent}", figure.name, shown(figure.old), shown(figure.new))
}

/// What `compare --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit compare")]
pub struct Changes {
    /// The round that the earlier state is held against.
    old_round: String,
    /// The round that the later state is held against.
    new_round: String,
    /// Systems that have another name.
    renamed: Vec<RenamedSystem>,
    /// Results that were added, removed or changed.
    results: Vec<ResultChange>,
    /// Findings that are gone.
    fixed: Vec<String>,
    /// Findings that were not there.
    new: Vec<String>,
    /// Files of evidence that differ.
    evidence: Vec<String>,
    /// Fields of descriptions that differ.
    descriptions: Vec<String>,
    /// What changed beside results and descriptions, by submitter and folder.
    files: Vec<String>,
    /// What became of preview systems.
    previews: Vec<Preview>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RenamedSystem {
    /// Division, submitter and name before.
    old: String,
    /// The same now.
    new: String,
    /// What tells that they are one.
    by: String,
    /// Whether another reading is hardly possible.
    sure: bool,
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
    /// Whether only the claim changed, and what the evidence gives did not.
    claimed: bool,
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
            claimed: figure.claimed,
            old: figure.old,
            new: figure.new,
            percent: figure.percent(),
        };
        let renamed = |one: &Renamed| RenamedSystem {
            old: one.old.clone(),
            new: one.new.clone(),
            by: one.by.to_string(),
            sure: one.by.is_sure(),
        };
        Self {
            old_round: comparison.rounds.0.clone(),
            new_round: comparison.rounds.1.clone(),
            renamed: comparison.renamed.iter().map(renamed).collect(),
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
            descriptions: comparison.descriptions.clone(),
            files: comparison.files.clone(),
            previews: comparison
                .duties
                .iter()
                .map(|duty| Preview { system: duty.system.clone(), broken: duty.broken.clone() })
                .collect(),
        }
    }
}
