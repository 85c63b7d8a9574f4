//! Results as a table for a terminal, with claimed and recomputed figures.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::audit::proof::{Kind, Status};
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure, Scores, System};
use crate::render::publication::{Filter, without_empty};
use crate::render::standing::standing;
use crate::render::untrusted::Untrusted;
use crate::render::wrap::{shortened, wrapped, wrapped_parts};

/// Explains the signs in the tables.
const LEGEND: &str = "Figures without a sign are confirmed; ✗ contradicted, § not by the rules, ? unproven, w waived; `a ≠ b`: claimed a, recomputed b.";

/// Indent of the lines of a system.
const INDENT: &str = "    ";

/// Layout of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// Width of the terminal in columns; `None` if the output is not a terminal.
    pub width: Option<usize>,
    /// Whether to print in colour.
    pub styled: bool,
}

/// Columns of figures, in the order in which they are printed, each with the order in which it is left out on a narrow
/// terminal; 0 is never left out.
const COLUMNS: [(&str, u8); 5] = [("ms", 0), ("inf/s", 1), ("quality", 0), ("energy", 0), ("supply", 2)];

/// A result as printed.
struct Line<'a> {
    system: &'a System,
    cells: [String; 5],
    label: String,
    is_valid: bool,
    status: Status,
    reasons: Vec<String>,
}

/// Writes one line per result, grouped by submitter and system. On a narrow terminal, the throughput is left out first, and
/// reasons continue below their line; numbers and names are never broken.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(report: &Report, filter: &Filter, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let results = report.results().filter(|(system, benchmark)| filter.takes(system, benchmark));
    let lines: Vec<Line<'_>> = results.map(|(system, benchmark)| line(report, system, benchmark)).collect();
    if *filter == Filter::default() {
        let (_, total) = standing(report);
        wrapped_parts(&total.headline(), layout.width.unwrap_or(usize::MAX), 2)
            .iter()
            .try_for_each(|line| writeln!(out, "{}", bold(layout, line)))?;
    }
    let (rows, figures_width) = rows(&lines, layout.width);
    let mut before: Option<&System> = None;
    for (line, row) in lines.iter().zip(rows) {
        let system = line.system;
        let same = |of: fn(&System) -> &str| before.is_some_and(|before| of(before) == of(system));
        if !(same(|one| &one.division) && same(|one| &one.submitter)) {
            let name = Untrusted(&format!("{}/{}", system.division, system.submitter)).for_terminal();
            writeln!(out, "\n{}", bold(layout, &shortened(&name, layout.width)))?;
        }
        if !same(|one| &one.path) {
            writeln!(out, "  {}", heading(system, layout))?;
        }
        before = Some(system);
        write_line(line, &row, figures_width, layout, out)?;
    }
    writeln!(out)?;
    let width = layout.width.unwrap_or(usize::MAX);
    wrapped(LEGEND, width, 2).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn bold(layout: Layout, text: &str) -> String {
    painted(layout, Style::new().bold(), text)
}

fn painted(layout: Layout, style: Style, text: &str) -> String {
    if layout.styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Returns the name of a system, and on a wide terminal its availability, processor and accelerator.
fn heading(system: &System, layout: Layout) -> String {
    const WIDE: usize = 120;
    let room = layout.width.map(|width| width.saturating_sub(2));
    let name = Untrusted(&system.name).for_terminal();
    let mut parts: Vec<String> = system.availability().into_iter().collect();
    if layout.width.is_none_or(|width| width >= WIDE) {
        let field =
            |key| system.description.as_ref().and_then(|one| one.get(key)).map(|field| field.as_str().to_owned());
        parts.extend(field("Processor(s) Name"));
        parts.extend(field("Accelerator"));
    }
    parts.retain(|part| !without_empty(part.trim()).is_empty());
    let parts: Vec<String> = parts.iter().map(|part| Untrusted(part.trim()).for_terminal()).collect();
    let name = shortened(&name, room);
    let rest = parts.join(", ");
    let left = room.map_or(usize::MAX, |room| room.saturating_sub(name.chars().count() + 2));
    if rest.is_empty() || left < rest.chars().count() {
        return bold(layout, &name);
    }
    format!("{}  {rest}", bold(layout, &name))
}

fn line<'a>(report: &Report, system: &'a System, benchmark: &Benchmark) -> Line<'a> {
    let scores = benchmark.scores();
    // Each figure gets the sign of its status.
    let signed = |text: String, kinds: [Kind; 2]| {
        let proof = kinds.into_iter().find_map(|kind| report.proof_of(benchmark, kind));
        let sign = proof.map_or("", |proof| if proof.is_waived() { " w" } else { proof.status().sign() });
        if text.is_empty() { text } else { format!("{text}{sign}") }
    };
    let is_valid = report.is_valid(system, benchmark);
    let mut reasons = report.reasons(benchmark);
    // The error concerns the result but not one of its figures, for example an error of its submitter.
    if reasons.is_empty() && !is_valid {
        let error = report.result_findings(system, benchmark).next();
        reasons.extend(error.map(|error| format!("{}: {}", error.rule.id, error.message)));
    }
    let unit = |text: String, unit: &str| if text.is_empty() { text } else { format!("{text} {unit}") };
    let speed = [Kind::Throughput, Kind::Wakeword];
    let supply = scores.supply_v.map_or_else(String::new, |volts| format!("{volts} V"));
    Line {
        system,
        cells: [
            signed(unit(latency(&scores), "ms"), speed),
            signed(unit(compared_throughput(&scores), "inf/s"), speed),
            signed(compared_quality(&scores, report, benchmark), [Kind::Quality, Kind::Wakeword]),
            signed(compared_energy(&scores), [Kind::Energy, Kind::Wakeword]),
            supply,
        ],
        label: Untrusted(&benchmark.label()).for_terminal(),
        is_valid,
        status: report.status(system, benchmark),
        reasons: reasons.iter().map(|reason| Untrusted(reason).for_terminal()).collect(),
    }
}

/// Lays out the figures in columns that fit into the width, and returns a row per line and the width of the rows.
fn rows(lines: &[Line<'_>], width: Option<usize>) -> (Vec<String>, usize) {
    // The sign behind the figures takes three columns.
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(INDENT.len() + 3));
    let used = |column: usize| lines.iter().any(|line| !line.cells[column].is_empty());
    let mut columns: Vec<usize> = (0..COLUMNS.len()).filter(|column| used(*column)).collect();
    loop {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        for line in lines {
            let right = |column: &usize| Cell::new(&line.cells[*column]).set_alignment(CellAlignment::Right);
            table.add_row(std::iter::once(Cell::new(&line.label)).chain(columns.iter().map(right)));
        }
        let rows: Vec<String> = table.lines().collect();
        let longest = rows.iter().map(|row| row.trim_end().chars().count()).max().unwrap_or(0);
        let first_to_go = columns.iter().enumerate().filter(|(_, column)| COLUMNS[**column].1 > 0);
        match first_to_go.min_by_key(|(_, column)| COLUMNS[**column].1) {
            Some((place, _)) if longest > room => _ = columns.remove(place),
            _ => return (rows, longest),
        }
    }
}

fn write_line(line: &Line<'_>, row: &str, figures: usize, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let (sign, colour) = match line.status {
        _ if line.is_valid => ("✓", AnsiColor::Green),
        Status::Unproven | Status::Confirmed => ("?", AnsiColor::Yellow),
        Status::Contradicted | Status::NotByTheRules => ("✗", AnsiColor::Red),
    };
    let sign = painted(layout, colour.on_default(), sign);
    write!(out, "{INDENT}{:<figures$}  {sign}", row.trim_end())?;
    // A reason that does not fit stands below the line, and so do all but the first.
    let room = layout.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT.len() + figures + 5));
    let beside = line.reasons.first().filter(|reason| reason.chars().count() <= room);
    writeln!(out, "{}", beside.map_or_else(String::new, |reason| format!("  {reason}")))?;
    let below = INDENT.len() + 4;
    for reason in &line.reasons[usize::from(beside.is_some())..] {
        for part in wrapped(reason, layout.width.map_or(usize::MAX, |width| width.saturating_sub(below)), 2) {
            writeln!(out, "{}{part}", " ".repeat(below))?;
        }
    }
    Ok(())
}

/// Formats inferences per second, claimed and recomputed.
fn compared_throughput(scores: &Scores) -> String {
    let of_wakeword = scores.wakeword.as_ref().map(|scores| &scores.throughput);
    scores.throughput.as_ref().or(of_wakeword).map_or_else(String::new, |figure| compared(figure, ""))
}

/// Formats milliseconds per inference, recomputed if possible, else from the claim.
fn latency(scores: &Scores) -> String {
    let of_wakeword = scores.wakeword.as_ref().map(|scores| &scores.throughput);
    let figure = scores.throughput.as_ref().or(of_wakeword);
    let rate = figure.and_then(Figure::value);
    rate.filter(|rate| *rate > 0.0).map_or_else(String::new, |rate| format!("{:.3}", 1000.0 / rate))
}

/// Formats Top-1, AUC or wake word errors, claimed and recomputed.
fn compared_quality(scores: &Scores, report: &Report, benchmark: &Benchmark) -> String {
    use crate::round::Target;
    if let Some(wakeword) = &scores.wakeword {
        let (misses, alarms) = (&wakeword.false_negatives, &wakeword.false_positives);
        return format!("{} missed, {} false", compared(misses, ""), compared(alarms, ""));
    }
    match benchmark.spec(&report.round).map(|spec| spec.target) {
        Some(Target::Auc(_)) => {
            scores.auc.as_ref().map_or_else(String::new, |auc| format!("AUC {}", compared(auc, "")))
        }
        _ => scores.top1.as_ref().map_or_else(String::new, |top1| compared(top1, " %")),
    }
}

/// Formats energy per inference or power of the wake word, claimed and recomputed.
fn compared_energy(scores: &Scores) -> String {
    let power = scores.wakeword.as_ref().and_then(|scores| scores.power.as_ref()).map(|power| compared(power, " mW"));
    let energy = || scores.energy.as_ref().map(|energy| compared(energy, " µJ"));
    power.or_else(energy).unwrap_or_default()
}

/// Formats a figure, claimed and recomputed: `85.5 %`, `88.5 ≠ 85.5 %`, or `(85.5 %)` if nothing is claimed.
pub(crate) fn compared(figure: &Figure, unit: &str) -> String {
    match (&figure.claimed, figure.recomputed) {
        (Some(claimed), Some(_)) if figure.agrees(1.0) == Some(true) => format!("{}{unit}", claimed.text),
        (Some(claimed), Some(value)) => {
            let decimals = claimed.decimals();
            format!("{} ≠ {value:.decimals$}{unit}", claimed.text)
        }
        (Some(claimed), None) => format!("{}{unit}", claimed.text),
        (None, Some(value)) => format!("({value:.3}{unit})"),
        (None, None) => String::new(),
    }
}
