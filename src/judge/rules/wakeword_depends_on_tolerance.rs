use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round, Target};

rule! {
    /// A wake word result passes only by the runner's longer tolerance.
    ///
    /// The runner counts a detection until two seconds after the word, although its README says one. Results are scored
    /// as the runner does; this note tells what the documented reading would give.
    ///
    /// Help: nothing has to be done; the working group should settle the reading.
    ///
    /// Source: mlcommons/tiny benchmark/runner README against its code.
    "wakeword-depends-on-tolerance", Wakeword, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.system.is_closed()) {
        let Some(Target::Wakeword { false_positives, false_negatives }) = place.spec(round).map(|spec| spec.target)
        else {
            continue;
        };
        let (Some(scores), Some(constants)) = (&place.run.scores.wakeword, round.wakeword) else { continue };
        let within = |figure: &crate::read::submission::Figure, limit: u64| {
            figure.recomputed.is_some_and(|count| count <= limit as f64)
        };
        let passes =
            within(&scores.false_positives, false_positives) && within(&scores.false_negatives, false_negatives);
        if let Some((misses, alarms)) = scores.documented
            && passes
            && (misses > false_negatives || alarms > false_positives)
        {
            let line = scores.true_positives.claimed.as_ref().map_or(0, |claimed| claimed.line);
            let message = format!(
                "with the documented {} s instead of {} s there would be {misses} false negatives and {alarms} false positives",
                constants.documented_hit_seconds, constants.hit_seconds
            );
            findings.at(place.run.path_of(FileRole::Results), line, message);
        }
    }
}
