//! What several rules ask of a run's evidence.

use crate::judge::rule::Findings;
use crate::read::location::Line;
use crate::read::submission::{Figure, Run};
use crate::round::{FileRole, Round, Runner};

/// Why results.txt cannot be of the log beside it, if so: the line of the claim and the reason.
pub fn another_session(run: &Run, round: &Round) -> Option<(Line, String)> {
    let (claims, log) = (run.claims.as_ref()?, run.log.as_ref()?);
    let stamp = claims.first_stamp?;
    if claims.runner != Some(log.runner) {
        let message =
            format!("results.txt is of the {}, the log of the {}", claims.runner?.title(), log.runner.title());
        return Some((stamp.line, message));
    }
    match log.runner {
        Runner::Eembc => {
            let end = log.end_ms?;
            let gap = (stamp.value as f64 - end as f64) / 1000.0;
            let longest = round.tolerances.session_gap_seconds;
            (!(0.0..=longest).contains(&gap)).then(|| {
                let claimed = stamp.value as f64 / 1000.0;
                let ended = end as f64 / 1000.0;
                let message = format!(
                    "the results were written at {claimed:.3} s, the log ends at {ended:.3} s, expected at most {longest} s between"
                );
                (stamp.line, message)
            })
        }
        Runner::Mlcommons => {
            let logged = log.summary.first_stamp?;
            (logged.value != stamp.value).then(|| {
                (
                    stamp.line,
                    format!("the results bear another time than the same line of the log (line {})", logged.line),
                )
            })
        }
    }
}

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
