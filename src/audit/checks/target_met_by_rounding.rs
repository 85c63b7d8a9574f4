use super::prelude::*;
use crate::round::Target;

check! {
    /// A result meets the quality target only because the printed figure is rounded.
    ///
    /// The official checker compares the printed figure. The unrounded one, recomputed from the outputs, is below the
    /// target.
    ///
    /// Help: report it to the review committee, which decides whether the result counts.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; `submission_checker.py` compares printed text.
    "target-met-by-rounding", Accuracy, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(spec) = view.spec.filter(|_| view.is(Mode::Accuracy) && view.is_closed()) else {
        return Outcome::NotApplicable;
    };
    let scores = &view.run.scores;
    let (figure, target, name, unit) = match spec.target {
        Target::Top1Percent(target) => (&scores.top1, target, "Top-1", " %"),
        Target::Auc(target) => (&scores.auc, target, "AUC", ""),
        Target::Wakeword { .. } => return Outcome::NotApplicable,
    };
    let both = figure.as_ref().and_then(|figure| figure.claimed.as_ref().zip(figure.recomputed));
    let Some((claimed, value)) = both else { return Outcome::NotApplicable };
    let met = value >= target - 1e-9;
    if claimed.value >= target - 1e-9 && !met && value >= target - claimed.unit / 2.0 {
        let text = &claimed.text;
        let message = format!(
            "{name} is printed as {text}{unit}, but is {value:.6}{unit} unrounded; the target is {target}{unit}"
        );
        let finding = found.at(view.run.path_of(FileRole::Results), claimed.line, message);
        finding.measured(value, target, unit.trim_start());
    }
    // A figure that misses the target even as printed is reported by `quality-target-missed`.
    found.or_pass(met.then(|| view.at(FileRole::Results, claimed.line)))
}
