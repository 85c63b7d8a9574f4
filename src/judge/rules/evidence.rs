//! What several rules ask of a run's evidence.

use crate::judge::rule::Findings;
use crate::read::location::Line;
use crate::read::submission::{Figure, Run, Window};
use crate::round::{FileRole, Round};

pub use crate::judge::evidence::another_session;

/// Bytes of an MB, as the official checker counts.
pub const MB: u64 = 1 << 20;

/// Reports a claim that our own figure contradicts, `claims a median throughput of 6.465 inf/s, recomputed …`.
pub fn compare(run: &Run, figure: &Figure, (name, unit): (&str, &str), round: &Round, findings: &mut Findings) {
    let units = round.tolerances.printed_units;
    let (Some(claimed), Some(recomputed), Some(false)) = (&figure.claimed, figure.recomputed, figure.agrees(units))
    else {
        return;
    };
    let decimals = claimed.decimals();
    let space = if unit.is_empty() { "" } else { " " };
    let message = format!(
        "claims {name} of {}{space}{unit}, recomputed {recomputed:.decimals$}{space}{unit}, tolerance {:.*}",
        claimed.text,
        decimals + 2,
        units * claimed.unit + figure.slack
    );
    let path = run.path_of(FileRole::Results);
    let finding = findings.at(path, claimed.line, message);
    finding.label("claimed here").note(format!("unrounded, the evidence gives {recomputed}"));
    if let Some((role, line, shown)) = middle(run, recomputed) {
        finding.also(run.path_of(role), line, shown);
    }
}

/// The window whose own figure is the median, where the figure is one of windows.
fn middle(run: &Run, recomputed: f64) -> Option<(FileRole, Line, String)> {
    let inferences = |window: &Window| window.inferences as f64;
    let figures = |window: &Window| {
        let rate = window.seconds.map(|seconds| inferences(window) / seconds);
        [rate, window.energy_uj.map(|energy| energy / inferences(window))]
    };
    let is_it =
        |window: &&Window| figures(window).into_iter().flatten().any(|own| own.to_bits() == recomputed.to_bits());
    let window = run.windows.iter().find(is_it)?;
    let shown = match (window.energy_uj, window.seconds) {
        (Some(energy), _) if figures(window)[1] == Some(recomputed) => format!("{energy:.3} uJ"),
        (_, Some(seconds)) => format!("{seconds:.6} s"),
        _ => return None,
    };
    Some((window.role?, window.line, format!("the middle window: {} inferences, {shown}", window.inferences)))
}
