use super::prelude::*;
use crate::audit::evidence::{another_session, compare};

check! {
    /// The claimed AUC differs from the recomputed one.
    ///
    /// The area under the ROC curve is recomputed by the definition of the runner that printed it: the EEMBC runner's
    /// thresholds, or the MLCommons runner's exact area.
    ///
    /// Help: submit log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; the AUC of every published run is reproduced.
    "auc-mismatch", Accuracy, Error, Run(check),
    affects: [Quality],
    compares: true,
    needs: [input_missing, log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let recomputed =
        view.run.scores.auc.as_ref().filter(|figure| view.is(Mode::Accuracy) && figure.recomputed.is_some());
    let Some(figure) = recomputed.filter(|_| another_session(view.run, view.round).is_none()) else {
        return Outcome::NotApplicable;
    };
    compare(view, figure, ("an AUC", ""), &mut found);
    found.or_pass(figure.claimed.as_ref().map(|claimed| view.at(FileRole::Results, claimed.line)))
}
