//! The changes between two trees as text, Markdown and JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::follow_up::PreviewFollowUp;
use crate::render::comparison::{Change, ChangedFigure, ChangedResult, Comparison, Renamed};
use crate::render::untrusted::Untrusted;

/// How much of a comparison is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Detail {
    /// Lists every finding instead of counting them by rule.
    pub findings: bool,
    /// Lists everything besides results instead of folding long lists.
    pub full: bool,
}

/// Longer lists are folded to their first lines.
const FOLDED: usize = 6;
const SHOWN: usize = 3;

/// Writes the changes as text, changed figures first, with what may explain them.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_text(comparison: &Comparison, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", rounds(comparison))?;
    for ChangedResult { name, change, context, invalid } in &comparison.results {
        writeln!(out, "{} {}", kind(change), Untrusted(name).for_terminal())?;
        for figure in figures(change) {
            writeln!(out, "    {}", words(figure))?;
        }
        if !context.is_empty() {
            writeln!(out, "    with {}", Untrusted(&context.join("; ")).for_terminal())?;
        }
        if let Some(why) = invalid {
            writeln!(out, "    not valid: {}", Untrusted(why).for_terminal())?;
        }
    }
    for (title, lines) in parts(comparison, detail.findings) {
        let is_whole = detail.full || title.ends_with("finding") || lines.len() <= FOLDED;
        let shown = if is_whole { lines.len() } else { SHOWN };
        for line in &lines[..shown] {
            writeln!(out, "{title}: {}", Untrusted(line).for_terminal())?;
        }
        if shown < lines.len() {
            writeln!(out, "{title}: and {} more; `--full` lists them", lines.len() - shown)?;
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
pub(crate) fn write_markdown(comparison: &Comparison, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", rounds(comparison))?;
    writeln!(out, "| result | change | what may explain it | not valid |\n|---|---|---|---|")?;
    for ChangedResult { name, change, context, invalid } in &comparison.results {
        let changed: Vec<String> = figures(change).map(words).collect();
        let changed = match change {
            Change::Changed(_) => changed.join("; "),
            _ if changed.is_empty() => kind(change).to_owned(),
            _ => format!("{}: {}", kind(change), changed.join("; ")),
        };
        let cells = [name, &changed, &context.join("; "), invalid.as_deref().unwrap_or_default()];
        writeln!(out, "| {} |", cells.map(|cell| Untrusted(cell).for_markdown()).join(" | "))?;
    }
    for (title, lines) in parts(comparison, detail.findings).into_iter().filter(|(_, lines)| !lines.is_empty()) {
        let folded = !(detail.full || detail.findings && title.ends_with("finding")) && lines.len() > FOLDED;
        if folded {
            writeln!(out, "\n<details><summary>{title}: {}</summary>\n", lines.len())?;
        } else {
            writeln!(out, "\n{title}:\n")?;
        }
        for line in lines {
            writeln!(out, "- {}", Untrusted(&line).for_markdown())?;
        }
        if folded {
            writeln!(out, "\n</details>")?;
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
        Change::Added(_) => "added",
        Change::Removed => "removed",
        Change::Changed(_) => "changed",
    }
}

fn figures(change: &Change) -> impl Iterator<Item = &ChangedFigure> {
    match change {
        Change::Changed(figures) | Change::Added(figures) => &figures[..],
        Change::Removed => &[],
    }
    .iter()
}

fn words(figure: &ChangedFigure) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), super::decimals);
    let percent = figure.percent().map_or_else(String::new, |percent| format!(" ({percent:+.2} %)"));
    let claimed = if figure.claimed { "claimed " } else { "" };
    if figure.old.is_none() {
        return format!("{claimed}{}: {}", figure.name, shown(figure.new));
    }
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
    /// What differs besides the figures and may explain them.
    context: Vec<String>,
    /// Why the result of the new state is not valid; null if it is, or was removed.
    invalid: Option<String>,
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
                    context: changed.context.clone(),
                    invalid: changed.invalid.clone(),
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
