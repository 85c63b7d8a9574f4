use crate::judge::metrics::reaches;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Figure, Submission};
use crate::round::{FileRole, Mode, Round, Runner, Target};

rule! {
    /// A closed result misses the quality target.
    ///
    /// The recomputed figure is judged, rounded as the runner prints it; the claim counts only where nothing can be
    /// recomputed.
    ///
    /// Help: reach the target, withdraw the result, or move it to the open division.
    ///
    /// Official checker: rejects the result, by the claimed figure only.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; `submission_checker.py`.
    "quality-target-missed", Accuracy, Error, check, keeps figure,
    explains weights_not_reference
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy && place.system.is_closed()) {
        let run = place.run;
        let Some(spec) = place.spec(round) else { continue };
        let (figure, target, name, unit) = match spec.target {
            Target::Top1Percent(target) => (&run.scores.top1, target, "Top-1", " %"),
            Target::Auc(target) => (&run.scores.auc, target, "AUC", ""),
            Target::Wakeword { .. } => continue,
        };
        let Some(figure) = figure else { continue };
        let decimals = decimals(figure, run.runner, spec.target);
        let line = figure.claimed.as_ref().map_or(0, |claimed| claimed.line);
        let path = run.path_of(FileRole::Results);
        if let Some(value) = figure.recomputed {
            if !reaches(value, decimals, target) {
                let message = format!("{name} is {value:.decimals$}{unit}, recomputed; the target is {target}{unit}");
                findings.at(path, line, message);
            }
        } else if let Some(claimed) = figure.claimed.as_ref().filter(|claimed| claimed.value < target - 1e-9) {
            findings.at(
                path,
                line,
                format!("{name} is {}{unit}, as claimed; the target is {target}{unit}", claimed.text),
            );
        }
    }
}

/// As many decimals as the claim has, or as the runner prints.
fn decimals(figure: &Figure, runner: Option<Runner>, target: Target) -> usize {
    figure.claimed.as_ref().map_or_else(
        || match (target, runner) {
            (Target::Top1Percent(_), _) => 1,
            (_, Some(Runner::Mlcommons)) => 3,
            _ => 2,
        },
        crate::read::log::claims::Printed::decimals,
    )
}
