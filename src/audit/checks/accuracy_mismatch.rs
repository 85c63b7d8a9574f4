use super::prelude::*;
use crate::audit::evidence::{another_session, compare};
use crate::round::Task;

check! {
    /// The claimed Top-1 differs from the recomputed one.
    ///
    /// Top-1 is recomputed from every output vector of the log or results.json and the official list of classes.
    ///
    /// Help: submit log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; the Top-1 of every published run is reproduced.
    "accuracy-mismatch", Accuracy, Error, Run(check),
    affects: [Quality],
    compares: true,
    needs: [input_missing, log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // The Top-1 of anomaly detection means nothing, and its definition is not public.
    let judged = view.is(Mode::Accuracy) && view.spec.is_some_and(|spec| spec.task == Task::Classification);
    let recomputed = view.run.scores.top1.as_ref().filter(|figure| judged && figure.recomputed.is_some());
    let Some(figure) = recomputed.filter(|_| another_session(view.run, view.round).is_none()) else {
        return Outcome::NotApplicable;
    };
    compare(view, figure, ("a Top-1", "%"), &mut found);
    found.or_pass(figure.claimed.as_ref().map(|claimed| view.at(FileRole::Results, claimed.line)))
}
