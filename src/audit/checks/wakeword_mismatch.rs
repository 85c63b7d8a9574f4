use super::prelude::*;
use crate::audit::evidence::compare;
use crate::model::WakewordScores;

check! {
    /// The claimed wake word figures differ from the recomputed ones.
    ///
    /// The detections are scored against the official list of spoken words, as the runner scores them: a detection
    /// counts until two seconds after the word, and false alarms within one second count as one. Duty cycle and
    /// throughput are recomputed from the edges of the processing pin.
    ///
    /// Help: submit log, results.json and results.txt of the same session, unedited.
    ///
    /// Official checker: looks only at the sum of true positives and false negatives, and discards its verdict if
    /// another benchmark follows.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; mlcommons/tiny benchmark/runner; all published runs reproduce.
    "wakeword-mismatch", Wakeword, Error, Run(check),
    affects: [Wakeword],
    compares: true,
    needs: [log_incomplete, results_json_disagrees_with_log],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(scores) = &view.run.scores.wakeword else { return Outcome::NotApplicable };
    compare_counts(view, scores, &mut found);
    compare(view, &scores.duty_cycle, ("a duty cycle", ""), &mut found);
    compare(view, &scores.throughput, ("a throughput", "inf/s"), &mut found);
    let WakewordScores { true_positives, false_negatives, false_positives, duty_cycle, throughput, .. } = &**scores;
    let compared = [true_positives, false_negatives, false_positives, duty_cycle, throughput]
        .into_iter()
        .filter(|figure| figure.recomputed.is_some())
        .find_map(|figure| figure.claimed.as_ref());
    found.or_pass(compared.map(|claimed| view.at(FileRole::Results, claimed.line)))
}

fn compare_counts(view: &RunView<'_>, scores: &WakewordScores, found: &mut Findings) {
    let counts = [
        (&scores.true_positives, "true positives"),
        (&scores.false_negatives, "false negatives"),
        (&scores.false_positives, "false positives"),
    ];
    let differing = counts.iter().filter_map(|(figure, name)| {
        let (claimed, recomputed) = (figure.claimed.as_ref()?, figure.recomputed?);
        let differs = (claimed.value - recomputed).abs() > 0.5;
        differs.then(|| (claimed.value, recomputed, format!("{} {name}, recomputed {recomputed}", claimed.text)))
    });
    let differing: Vec<_> = differing.collect();
    let line = scores.true_positives.claimed.as_ref().map_or(0, |claimed| claimed.line);
    let path = view.run.path_of(FileRole::Results);
    if let Some((claimed, recomputed, _)) = differing.first() {
        let texts: Vec<_> = differing.iter().map(|(.., text)| text.as_str()).collect();
        let finding = found.at(path, line, format!("claims {}", texts.join("; ")));
        finding.measured(*claimed, *recomputed, "").changes(Kind::Wakeword, *claimed, *recomputed, "");
    } else if let (Some(hits), Some(misses), Some(constants)) =
        (&scores.true_positives.claimed, &scores.false_negatives.claimed, view.round.wakeword)
    {
        let (sum, words) = (hits.value + misses.value, constants.occurrences as f64);
        if (sum - words).abs() > 0.5 {
            let message =
                format!("true positives and false negatives add up to {sum}, but the recording has {words} words");
            found.at(path, line, message).measured(sum, words, "");
        }
    }
}
