//! Questions about the evidence of a run that several checks share.

use super::outcome::Findings;
use super::view::RunView;
use crate::model::{Figure, Run, Window};
use crate::parse::claims::{Claims, Printed};
use crate::parse::location::Line;
use crate::parse::official::Label;
use crate::round::{FileRole, Round, Runner};

/// Returns why results.txt and the log in the same folder are from different sessions: the line of the claim and the
/// reason; `None` if they may be from one session.
#[must_use]
pub(crate) fn another_session(run: &Run, round: &Round) -> Option<(Line, String)> {
    let (claims, log) = (run.claims.as_ref()?, run.log.as_ref()?);
    let stamp = claims.first_stamp?;
    if claims.runner != Some(log.runner) {
        let message =
            format!("results.txt was written by the {}, the log by the {}", claims.runner?.title(), log.runner.title());
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
                    "results.txt was written at {claimed:.3} s, the log ends at {ended:.3} s, expected at most {longest} s between them"
                );
                (stamp.line, message)
            })
        }
        Runner::Mlcommons => {
            let logged = log.summary.first_stamp?;
            // Older runners stamped the two files independently; the host may have stopped in between.
            let after =
                log.end_ms.is_some_and(|end| (0..=1).contains(&(i128::from(stamp.value) - i128::from(end / 1000))));
            (logged.value != stamp.value && !after).then(|| {
                (
                    stamp.line,
                    format!("this time stamp differs from that of the same line in the log (line {})", logged.line),
                )
            })
        }
    }
}

/// Returns the figure as tinyaudit reads it, for a label that the official tool searches for.
fn own_reading(claims: &Claims, label: Label) -> Option<&Printed> {
    match label {
        Label::Throughput => claims.throughput.as_ref(),
        Label::Energy => claims.energy.as_ref(),
        Label::Top1 => claims.top1.as_ref(),
        Label::Auc => claims.auc.as_ref(),
        Label::DutyCycle => claims.duty_cycle.as_ref(),
        Label::FrameThroughput => claims.estimated_throughput.as_ref(),
        Label::Power => claims.energies.first().and_then(|window| window.power.as_ref()),
        Label::Counts => None,
    }
}

/// Returns a place where the official tool may read a figure differently than tinyaudit: the line, the text it reads,
/// and the text that tinyaudit reads.
#[must_use]
pub(crate) fn differently_read(claims: &Claims) -> Option<(u32, String, String)> {
    let counts = claims.readings.iter().find(|(label, _)| *label == Label::Counts).map(|(_, at)| &at.value);
    claims.readings.iter().find_map(|(label, at)| {
        if *label == Label::Counts {
            let first = counts?;
            return (at.value != *first).then(|| (at.line, at.value.clone(), first.clone()));
        }
        if *label == Label::Power && claims.wakeword.is_none() {
            return None;
        }
        let own = own_reading(claims, *label).map_or("nothing", |printed| printed.text.as_str());
        (at.value != own).then(|| (at.line, at.value.clone(), own.to_owned()))
    })
}

/// Reports a claim that the recomputed figure contradicts, `claims a median throughput of 6.465 inf/s, recomputed …`.
pub(crate) fn compare(view: &RunView<'_>, figure: &Figure, (name, unit): (&str, &'static str), found: &mut Findings) {
    let units = view.round.tolerances.printed_units;
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
    let run = view.run;
    let finding = found.at(run.path_of(FileRole::Results), claimed.line, message);
    finding.label("claimed here").note(format!("recomputed, not rounded: {recomputed}"));
    finding.measured(claimed.value, recomputed, unit);
    // Any run may print a throughput; only the figure of the run's own mode is published.
    if let Some(kind) = view.kind().filter(|_| view.figure().is_none_or(|own| std::ptr::eq(own, figure))) {
        finding.changes(kind, claimed.value, recomputed, unit);
    }
    if let Some((role, line, shown)) = middle(run, recomputed) {
        finding.also(run.path_of(role), line, shown);
    }
}

/// Returns the window whose throughput or energy per inference is exactly the recomputed median: file, line and label.
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
    Some((window.role?, window.line, format!("median window: {} inferences, {shown}", window.inferences)))
}
