use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The claimed wake word figures are not what the detections give.
    ///
    /// The detections are scored again against the official list of spoken words, as the runner scores them: a
    /// detection counts until two seconds after the word, alarms within a second are one. Duty cycle and throughput come
    /// from the edges of the processing pin.
    ///
    /// Help: submit log, results.json and results.txt of one session, unedited.
    ///
    /// Official checker: looks only at the sum of hits and misses, and forgets its verdict if another benchmark
    /// follows.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; mlcommons/tiny benchmark/runner; all published runs reproduce.
    "wakeword-mismatch", Wakeword, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let Some(scores) = &run.scores.wakeword else { continue };
        let counts = [
            (&scores.true_positives, "true positives"),
            (&scores.false_negatives, "false negatives"),
            (&scores.false_positives, "false positives"),
        ];
        let differing: Vec<String> = counts
            .iter()
            .filter_map(|(figure, name)| {
                let (claimed, recomputed) = (figure.claimed.as_ref()?, figure.recomputed?);
                ((claimed.value - recomputed).abs() > 0.5)
                    .then(|| format!("{} {name}, recomputed {recomputed}", claimed.text))
            })
            .collect();
        let line = scores.true_positives.claimed.as_ref().map_or(0, |claimed| claimed.line);
        let path = run.path_of(FileRole::Results);
        if !differing.is_empty() {
            findings.at(path, line, format!("claims {}", differing.join("; ")));
        } else if let (Some(hits), Some(misses), Some(constants)) =
            (&scores.true_positives.claimed, &scores.false_negatives.claimed, round.wakeword)
        {
            let words = constants.occurrences as f64;
            if (hits.value + misses.value - words).abs() > 0.5 {
                let sum = hits.value + misses.value;
                findings.at(
                    path,
                    line,
                    format!("true positives and false negatives are {sum}, the recording has {words} words"),
                );
            }
        }
        evidence::compare(run, &scores.duty_cycle, ("a duty cycle", ""), round, findings);
        evidence::compare(run, &scores.throughput, ("a throughput", "inf/s"), round, findings);
    }
}
