use super::prelude::*;
use super::wakeword_limit_exceeded::detections;
use crate::model::Figure;
use crate::round::Target;

check! {
    /// A wake word result passes only with the runner's longer tolerance.
    ///
    /// The runner accepts a detection until two seconds after the word, although its README says one second. Results
    /// are scored as the runner scores them; this note gives the counts with the documented tolerance.
    ///
    /// Help: nothing to do; the working group should decide which tolerance applies.
    ///
    /// Source: mlcommons/tiny benchmark/runner README against its code.
    "wakeword-depends-on-tolerance", Wakeword, Note, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(Target::Wakeword { false_positives, false_negatives }), true, Some(scores), Some(constants)) =
        (view.spec.map(|spec| spec.target), view.is_closed(), &view.run.scores.wakeword, &view.round.wakeword)
    else {
        return Outcome::NotApplicable;
    };
    let within = |figure: &Figure, limit: u64| figure.recomputed.is_some_and(|count| count <= limit as f64);
    let passes = within(&scores.false_positives, false_positives) && within(&scores.false_negatives, false_negatives);
    let Some((misses, alarms)) = scores.documented.filter(|_| passes) else { return Outcome::NotApplicable };
    if misses > false_negatives || alarms > false_positives {
        let line = scores.true_positives.claimed.as_ref().map_or(0, |claimed| claimed.line);
        let message = format!(
            "with the documented tolerance of {} s instead of {} s there would be {misses} false negatives and \
             {alarms} false positives",
            constants.documented_hit_seconds, constants.hit_seconds
        );
        found.at(view.run.path_of(FileRole::Results), line, message);
    }
    found.or_pass(detections(view))
}
