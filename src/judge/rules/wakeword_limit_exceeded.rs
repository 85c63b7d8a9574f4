use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round, Target};

rule! {
    /// A closed wake word result has too many misses or false alarms.
    ///
    /// The recomputed counts are judged; the claim counts only where nothing can be recomputed.
    ///
    /// Help: reach the target, withdraw the result, or move it to the open division.
    ///
    /// Official checker: rejects the result, by the claimed counts only.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1 (no more than 8 false positives and 8 false negatives).
    "wakeword-limit-exceeded", Wakeword, Error, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.system.is_closed()) {
        let Some(Target::Wakeword { false_positives, false_negatives }) = place.spec(round).map(|spec| spec.target)
        else {
            continue;
        };
        let Some(scores) = &place.run.scores.wakeword else { continue };
        for (figure, name, limit) in [
            (&scores.false_positives, "false positives", false_positives),
            (&scores.false_negatives, "false negatives", false_negatives),
        ] {
            if let Some(count) = figure.value().filter(|count| *count > limit as f64) {
                let line = figure.claimed.as_ref().map_or(0, |claimed| claimed.line);
                let message = format!("there are {count} {name}, expected at most {limit}");
                findings.at(place.run.path_of(FileRole::Results), line, message);
            }
        }
    }
}
