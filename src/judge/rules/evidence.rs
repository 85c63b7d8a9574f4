//! What several rules ask of a run's evidence.

use crate::judge::rule::Findings;
use crate::read::submission::{Figure, Run};
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
    findings.at(path, claimed.line, message).note(format!("unrounded, the evidence gives {recomputed}"));
}
