//! The changes between two trees as text, Markdown and JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::follow_up::PreviewFollowUp;
use crate::render::comparison::{Change, ChangedFigure, ChangedResult, Comparison, Renamed};
use crate::render::untrusted::Untrusted;

/// Writes the changes as text, changed figures first. Findings are counted by rule; with `findings`, each is listed.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_text(comparison: &Comparison, findings: bool, out: &mut dyn Write) -> io::Result<()> {
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
        "{}, {} fixed, {} new, {} changed",
        count(comparison.results.len(), "changed result"),
        count(comparison.fixed.len(), "finding"),
        comparison.new.len(),
        count(comparison.evidence.len(), "evidence file")
    )
}

/// Writes the changes as Markdown, in the order of [`write_text`].
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_markdown(comparison: &Comparison, findings: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", rounds(comparison))?;
    writeln!(out, "| result | change |\n|---|---|")?;
    for ChangedResult { name, change } in &comparison.results {
        let changed: Vec<String> = figures(change).map(words).collect();
        let changed = if changed.is_empty() { kind(change).to_owned() } else { changed.join("; ") };
        writeln!(out, "| {} | {} |", Untrusted(name).for_markdown(), Untrusted(&changed).for_markdown())?;
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
    if old == new {
        format!("both checked against round {new}")
    } else {
        format!("checked against rounds {old} and {new}")
    }
}

fn parts(comparison: &Comparison, findings: bool) -> [(&'static str, Vec<String>); 7] {
    let renamed = |one: &Renamed| format!("{} is now {} ({})", one.old, one.new, one.by);
    let duty = |duty: &PreviewFollowUp| {
        format!("{}: {}", duty.system, duty.broken.as_deref().unwrap_or("returned as required"))
    };
    let listed = |lines: &[String]| if findings { lines.to_vec() } else { by_rule(lines) };
    [
        ("renamed", comparison.renamed.iter().map(renamed).collect()),
        ("evidence changed", comparison.evidence.clone()),
        ("description", comparison.descriptions.clone()),
        ("files", comparison.files.clone()),
        ("preview", comparison.preview_follow_ups.iter().map(duty).collect()),
        ("fixed finding", listed(&comparison.fixed)),
        ("new finding", listed(&comparison.new)),
    ]
}

/// Counts findings by rule, errors first.
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
    let shown = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), super::decimals);
    let percent = figure.percent().map_or_else(String::new, |percent| format!(" ({percent:+.2} %)"));
    let claimed = if figure.claimed { "claimed " } else { "" };
    format!("{claimed}{}: {} to {}{percent}", figure.name, shown(figure.old), shown(figure.new))
}

/// What `compare --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit compare")]
pub struct Changes {
    /// The round whose rules are used for the old state.
    old_round: String,
    /// The round whose rules are used for the new state.
    new_round: String,
    /// Systems that were renamed.
    renamed: Vec<RenamedSystem>,
    /// Results that were added, removed or changed.
    results: Vec<ResultChange>,
    /// Findings of the old state that the new one no longer has.
    fixed: Vec<String>,
    /// Findings of the new state that the old one did not have.
    new: Vec<String>,
    /// Evidence files that differ.
    evidence: Vec<String>,
    /// Fields of system descriptions that differ.
    descriptions: Vec<String>,
    /// Changes of files other than results and system descriptions, by submitter and folder.
    files: Vec<String>,
    /// Whether the preview systems of the old state returned as required.
    previews: Vec<Preview>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RenamedSystem {
    /// Division, submitter and name in the old state.
    old: String,
    /// Division, submitter and name in the new state.
    new: String,
    /// Why both are taken for the same system.
    by: String,
    /// Whether the match is certain.
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
    /// Whether only the claimed figure changed, and not the recomputed one.
    claimed: bool,
    old: Option<f64>,
    new: Option<f64>,
    percent: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Preview {
    system: String,
    /// What is wrong; null if the system returned as required.
    broken: Option<String>,
}

impl Changes {
    /// Builds the JSON form of a comparison.
    #[must_use]
    pub(crate) fn new(comparison: &Comparison) -> Self {
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
                .preview_follow_ups
                .iter()
                .map(|duty| Preview { system: duty.system.clone(), broken: duty.broken.clone() })
                .collect(),
        }
    }
}
