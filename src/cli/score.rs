//! `tinyaudit score`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::streams::{print, read_bytes};
use crate::parse::outputs::{self, LARGEST};
use crate::render::{json, replay, weights};
use crate::round::Round;
use crate::submit::score::{Scored, score};

const EXAMPLES: &str = "\
Examples:
  tinyaudit score --benchmark kws outputs.csv        one line per input: name, outputs
  tinyaudit score --benchmark ic outputs.npy         one row per input, in the order of the official list
  tinyaudit score --benchmark ad scores.json --format json

Exit codes: 0 the target of the closed division is reached on the whole list, 1 it is not, 2 nothing could be scored.";

/// Arguments of `tinyaudit score`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Score {
    /// Outputs: CSV, JSON or a NumPy array (.npy)
    outputs: PathBuf,
    /// Benchmark, for example kws
    #[arg(long, value_name = "NAME")]
    benchmark: String,
    /// Round whose list and target apply; default: the newest
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Plain text
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// What `score --format json` prints.
#[derive(Serialize)]
struct Outcome<'a> {
    round: &'a str,
    #[serde(flatten)]
    scored: &'a Scored,
    /// The known weights whose answers are nearest, in words; null if the benchmark has none.
    weights: Option<String>,
    /// The comparison with the outputs of the reference model; null without reference or with an incomplete list.
    replay: Option<replay::ReplayRow>,
}

impl Score {
    /// Scores the outputs and prints the figures.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        let shown = self.outputs.display();
        let bytes = read_bytes(&self.outputs, LARGEST).with_context(|| shown.to_string())?;
        let rows = outputs::parse(&bytes).map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
        let scored = score(rows, &self.benchmark, &round).map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
        print(|out| match self.format {
            Format::Text => write(&scored, &round.name, out),
            Format::Json => {
                let (weights, replay) = (weights::words(&scored.run), replay::ReplayRow::of(&scored.run));
                json::write(&Outcome { round: &round.name, scored: &scored, weights, replay }, out)
            }
        })?;
        let passes = scored.reached && scored.missing.is_empty();
        Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn write(scored: &Scored, round: &str, out: &mut dyn Write) -> io::Result<()> {
    let Scored { benchmark, list, inputs, missing, .. } = scored;
    let given = inputs - missing.len();
    writeln!(out, "{benchmark}, round {round}: {given} of {inputs} inputs of the list {list}")?;
    if let Some(first) = missing.first() {
        let count = if missing.len() == 1 { "1 input is".to_owned() } else { format!("{} inputs are", missing.len()) };
        writeln!(out, "the figures are not those of the benchmark: {count} missing, first {first}")?;
    }
    if scored.shifted {
        writeln!(out, "the outputs are int8, counted from -128")?;
    }
    writeln!(out)?;
    let reached = |is_judged: bool| match (is_judged, scored.reached) {
        (false, _) => String::new(),
        (true, true) => format!("  target {}: reached", scored.target),
        (true, false) => format!("  target {}: missed", scored.target),
    };
    let judges_auc = scored.target <= 1.0;
    if let Some(top1) = scored.top1_percent {
        let name = if judges_auc { "best accuracy" } else { "Top-1" };
        writeln!(out, "{name:<14} {top1:.2} %{}", reached(!judges_auc))?;
    }
    if let Some(auc) = scored.auc {
        writeln!(out, "{:<14} {auc:.4}{}", "AUC", reached(judges_auc))?;
    }
    if !scored.classes.is_empty() {
        let width = scored.classes.iter().map(|one| one.class.chars().count()).max().unwrap_or(0).max(5);
        writeln!(out, "\n{:<width$}  inputs  right     %  mostly taken for", "class")?;
        for one in scored.classes.iter().filter(|one| one.inputs > 0) {
            let share = 100.0 * one.right as f64 / one.inputs as f64;
            let other = one.confused_with.map_or_else(String::new, |(class, count)| format!("  {class} ({count})"));
            writeln!(out, "{:<width$}  {:>6}  {:>5}  {share:>4.1}{other}", one.class, one.inputs, one.right)?;
        }
    }
    let compared = [weights::words(&scored.run).map(|words| format!("weights: {words}")), replay::words(&scored.run)];
    for line in compared.into_iter().flatten() {
        writeln!(out, "\n{line}")?;
    }
    Ok(())
}
