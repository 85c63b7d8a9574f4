use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round, Target};

rule! {
    /// A result meets the quality target only because it is printed rounded.
    ///
    /// The official checker compares the printed figure. The unrounded one, recomputed from the outputs, is below the
    /// target.
    ///
    /// Help: say so to the review committee, which decides whether it counts.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; `submission_checker.py` compares printed text.
    "target-met-by-rounding", Accuracy, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy && place.system.is_closed()) {
        let scores = &place.run.scores;
        let (figure, target, name, unit) = match place.spec(round).map(|spec| spec.target) {
            Some(Target::Top1Percent(target)) => (&scores.top1, target, "Top-1", " %"),
            Some(Target::Auc(target)) => (&scores.auc, target, "AUC", ""),
            _ => continue,
        };
        let Some(figure) = figure else { continue };
        let (Some(claimed), Some(value)) = (&figure.claimed, figure.recomputed) else { continue };
        let half = claimed.unit / 2.0;
        if claimed.value >= target - 1e-9 && value < target - 1e-9 && value >= target - half {
            let text = &claimed.text;
            let message = format!(
                "{name} is printed as {text}{unit}, unrounded it is {value:.6}{unit}; the target is {target}{unit}"
            );
            findings.at(place.run.path_of(FileRole::Results), claimed.line, message);
        }
    }
}
