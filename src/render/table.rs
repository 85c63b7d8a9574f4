//! Results as a table for a terminal, with claimed and recomputed figures.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::audit::proof::Kind;
use crate::audit::report::Report;
use crate::model::{Figure, Scores};
use crate::render::publication::Filter;
use crate::render::untrusted::Untrusted;

/// Explains the signs in the table.
pub(super) const LEGEND: &str = "Figures without a sign are confirmed; ✗ contradicted, § not by the rules, ? unproven, w waived; `a ≠ b`: claimed a, recomputed b.";

/// Writes one row per result. `width` is the width of the terminal, if there is one.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(report: &Report, filter: &Filter, width: Option<u16>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(u16::MAX));
    table.set_header(["division", "submitter", "system", "benchmark", "inf/s", "ms", "quality", "energy", "valid"]);
    for (system, benchmark) in report.results().filter(|(system, benchmark)| filter.takes(system, benchmark)) {
        let scores = benchmark.scores();
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        // Each figure gets the sign of its status.
        let signed = |text: String, kinds: [Kind; 2]| {
            let proof = kinds.into_iter().find_map(|kind| report.proof_of(benchmark, kind));
            let sign = proof.map_or("", |proof| if proof.is_waived() { " w" } else { proof.status().sign() });
            right(if text.is_empty() { text } else { format!("{text}{sign}") })
        };
        table.add_row([
            Cell::new(Untrusted(&system.division).for_terminal()),
            Cell::new(Untrusted(&system.submitter).for_terminal()),
            Cell::new(Untrusted(&system.name).for_terminal()),
            Cell::new(Untrusted(&benchmark.label()).for_terminal()),
            signed(compared_throughput(&scores), [Kind::Throughput, Kind::Wakeword]),
            right(latency(&scores)),
            signed(compared_quality(&scores, report, benchmark), [Kind::Quality, Kind::Wakeword]),
            signed(compared_energy(&scores), [Kind::Energy, Kind::Wakeword]),
            Cell::new(if report.is_valid(system, benchmark) { "yes" } else { "NO" }),
        ]);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "{LEGEND}")?;
    for (system, benchmark) in report.results().filter(|(system, benchmark)| filter.takes(system, benchmark)) {
        let label = format!("{}/{}", system.full_name(), benchmark.label());
        let mut reasons = report.reasons(benchmark);
        // The error concerns the result but not one of its figures, for example an error of its submitter.
        if reasons.is_empty() && !report.is_valid(system, benchmark) {
            let error = report.result_findings(system, benchmark).next();
            reasons.extend(error.map(|error| format!("{}: {}", error.rule.id, error.message)));
        }
        for reason in reasons {
            writeln!(out, "{}", Untrusted(&format!("{label}: {reason}")).for_terminal())?;
        }
    }
    Ok(())
}

/// Formats inferences per second, claimed and recomputed.
pub(super) fn compared_throughput(scores: &Scores) -> String {
    let of_wakeword = scores.wakeword.as_ref().map(|scores| &scores.throughput);
    scores.throughput.as_ref().or(of_wakeword).map_or_else(String::new, |figure| compared(figure, ""))
}

/// Formats milliseconds per inference, recomputed if possible, else from the claim.
pub(super) fn latency(scores: &Scores) -> String {
    let of_wakeword = scores.wakeword.as_ref().map(|scores| &scores.throughput);
    let figure = scores.throughput.as_ref().or(of_wakeword);
    let rate = figure.and_then(Figure::value);
    rate.filter(|rate| *rate > 0.0).map_or_else(String::new, |rate| format!("{:.3}", 1000.0 / rate))
}

/// Formats Top-1, AUC or wake word errors, claimed and recomputed.
pub(super) fn compared_quality(scores: &Scores, report: &Report, benchmark: &crate::model::Benchmark) -> String {
    use crate::round::Target;
    if let Some(wakeword) = &scores.wakeword {
        let (misses, alarms) = (&wakeword.false_negatives, &wakeword.false_positives);
        return format!("FN {}, FP {}", compared(misses, ""), compared(alarms, ""));
    }
    match benchmark.spec(&report.round).map(|spec| spec.target) {
        Some(Target::Auc(_)) => {
            scores.auc.as_ref().map_or_else(String::new, |auc| format!("AUC {}", compared(auc, "")))
        }
        _ => scores.top1.as_ref().map_or_else(String::new, |top1| compared(top1, " %")),
    }
}

/// Formats energy per inference or power of the wake word, claimed and recomputed, with the supply voltage: energies at
/// different voltages do not compare.
pub(super) fn compared_energy(scores: &Scores) -> String {
    let power = scores.wakeword.as_ref().and_then(|scores| scores.power.as_ref()).map(|power| compared(power, " mW"));
    let energy = || scores.energy.as_ref().map(|energy| compared(energy, " µJ"));
    let Some(text) = power.or_else(energy).filter(|text| !text.is_empty()) else { return String::new() };
    scores.supply_v.map_or_else(|| text.clone(), |volts| format!("{text} at {volts} V"))
}

fn compared(figure: &Figure, unit: &str) -> String {
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
