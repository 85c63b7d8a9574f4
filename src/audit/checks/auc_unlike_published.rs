use super::prelude::*;
use crate::model::Figure;
use crate::round::Target;

check! {
    /// The AUC of a closed result is higher than any published one.
    ///
    /// No published log gives the scores of the reference model per file, so that the scores themselves cannot be compared.
    /// The area can: closed results use the reference weights, and differ only by quantisation.
    ///
    /// Calibrated on 68 claims of six rounds: 0.85 to 0.89. The reference model has 0.861.
    ///
    /// Help: compare some scores with those of the reference model on the same files.
    ///
    /// Source: MLPerf Tiny rules, 6.1 (reference weights); all published results.
    "auc-unlike-published", Accuracy, Note, Result(check)
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let is_area = view.spec.is_some_and(|spec| matches!(spec.target, Target::Auc(_)));
    let Some(run) = view.run(Mode::Accuracy).filter(|run| is_area && run.path.starts_with("closed/")) else {
        return Outcome::NotApplicable;
    };
    let Some(area) = run.scores.auc.as_ref().and_then(Figure::value) else { return Outcome::NotApplicable };
    let most = view.round.weights.auc_most;
    let path = run.path_of(FileRole::Results);
    if area > most {
        let message = format!("the AUC is {area:.3}; published closed results have at most {most}");
        found.at(path, 0, message).measured(area, most, "");
    }
    found.or_pass(Some(Place::whole(path)))
}
