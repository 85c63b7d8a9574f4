use super::prelude::*;
use crate::round::Target;

check! {
    /// A closed wake word result has too many false positives or false negatives.
    ///
    /// The recomputed counts decide; the claimed ones are used only where nothing can be recomputed.
    ///
    /// Help: bring both counts within the limits, withdraw the result, or move it to the open division.
    ///
    /// Official checker: rejects the result, but looks only at the claimed counts.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1 (no more than 8 false positives and 8 false negatives).
    "wakeword-limit-exceeded", Wakeword, Error, Run(check),
    affects: result,
    fails: NotByTheRules,
    needs: [results_json_disagrees_with_log],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(Target::Wakeword { false_positives, false_negatives }), true, Some(scores)) =
        (view.spec.map(|spec| spec.target), view.is_closed(), &view.run.scores.wakeword)
    else {
        return Outcome::NotApplicable;
    };
    let mut judged = None;
    for (figure, name, limit) in [
        (&scores.false_positives, "false positives", false_positives),
        (&scores.false_negatives, "false negatives", false_negatives),
    ] {
        let Some(count) = figure.value() else { continue };
        let line = figure.claimed.as_ref().map_or(0, |claimed| claimed.line);
        if count > limit as f64 {
            let message = format!("there are {count} {name}, expected at most {limit}");
            found.at(view.run.path_of(FileRole::Results), line, message).measured(count, limit as f64, "");
        }
        judged = if figure.recomputed.is_some() { detections(view) } else { Some(view.at(FileRole::Results, line)) };
    }
    found.or_pass(judged)
}

/// The place of the detections from which the counts are recomputed.
pub(super) fn detections(view: &RunView<'_>) -> Option<Place> {
    let listed = view.log().and_then(|log| log.detections.as_ref()).map(|at| view.at(FileRole::Log, at.line));
    listed.or_else(|| view.run.has(FileRole::Json).then(|| view.at(FileRole::Json, 1)))
}
