use super::prelude::*;
use crate::audit::metrics::reaches;
use crate::model::Figure;
use crate::parse::claims::Printed;
use crate::round::{Runner, Target};

check! {
    /// A closed result misses the quality target.
    ///
    /// The recomputed figure is compared with the target, rounded as the runner prints it. The claim counts only if
    /// nothing can be recomputed.
    ///
    /// Help: reach the target, withdraw the result, or move it to the open division.
    ///
    /// Official checker: rejects the result, but compares only the claimed figure.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; `submission_checker.py`.
    "quality-target-missed", Accuracy, Error, Run(check),
    affects: result,
    fails: NotByTheRules,
    needs: [input_missing],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(spec) = view.spec.filter(|_| view.is(Mode::Accuracy) && view.is_closed()) else {
        return Outcome::NotApplicable;
    };
    let run = view.run;
    let (figure, target, name, unit) = match spec.target {
        Target::Top1Percent(target) => (&run.scores.top1, target, "Top-1", " %"),
        Target::Auc(target) => (&run.scores.auc, target, "AUC", ""),
        Target::Wakeword { .. } => return Outcome::NotApplicable,
    };
    let Some(figure) = figure else { return Outcome::NotApplicable };
    let decimals = decimals(figure, run.runner, spec.target);
    let line = figure.claimed.as_ref().map_or(0, |claimed| claimed.line);
    let path = run.path_of(FileRole::Results);
    if let Some(value) = figure.recomputed {
        if !reaches(value, decimals, target) {
            let message = format!("the recomputed {name} is {value:.decimals$}{unit}; the target is {target}{unit}");
            found.at(path, line, message).measured(value, target, unit.trim_start());
        }
    } else if let Some(claimed) = figure.claimed.as_ref().filter(|claimed| claimed.value < target - 1e-9) {
        let message = format!("the claimed {name} is {}{unit}; the target is {target}{unit}", claimed.text);
        found.at(path, line, message).measured(claimed.value, target, unit.trim_start());
    }
    found.or_pass(place(view, figure))
}

/// Returns the place of the claim; without a claim, the place of the outputs that the figure is recomputed from.
fn place(view: &RunView<'_>, figure: &Figure) -> Option<Place> {
    if let Some(claimed) = &figure.claimed {
        return Some(view.at(FileRole::Results, claimed.line));
    }
    figure.recomputed?;
    let first = view.run.inferences().first();
    Some(first.map_or_else(|| view.at(FileRole::Json, 1), |first| view.at(FileRole::Log, first.line)))
}

/// Returns the number of decimals that the claim has, or else that the runner prints.
fn decimals(figure: &Figure, runner: Option<Runner>, target: Target) -> usize {
    figure.claimed.as_ref().map_or_else(
        || match (target, runner) {
            (Target::Top1Percent(_), _) => 1,
            (_, Some(Runner::Mlcommons)) => 3,
            _ => 2,
        },
        Printed::decimals,
    )
}
