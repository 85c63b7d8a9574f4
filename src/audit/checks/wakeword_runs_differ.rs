use super::prelude::*;
use crate::model::WakewordScores;

check! {
    /// The performance run and the energy run of a wake word result differ.
    ///
    /// Both runs play the same recording to the same firmware. They detect the same words and take the same time for a
    /// frame.
    ///
    /// Calibrated on the wake word results of one round: counts are equal, and processing times within 1 %.
    ///
    /// Help: measure both runs with the same firmware and the same volume.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1 and 6.1 ("the same code must be run").
    "wakeword-runs-differ", Wakeword, Warning, Result(check)
}

/// Maximum difference in throughput, as a fraction.
const SPEED: f64 = 0.05;
/// Maximum difference in a count: detections near a threshold.
const COUNTS: f64 = 2.0;

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let scores = |mode: Mode| view.run(mode).and_then(|run| Some((run, run.scores.wakeword.as_ref()?)));
    let (Some((run, performance)), Some((_, energy))) = (scores(Mode::Performance), scores(Mode::Energy)) else {
        return Outcome::NotApplicable;
    };
    let path = run.path_of(FileRole::Results);
    let counts = |scores: &WakewordScores| [scores.false_negatives.value(), scores.false_positives.value()];
    for (name, pair) in
        ["missed words", "false alarms"].into_iter().zip(counts(performance).into_iter().zip(counts(energy)))
    {
        let (Some(first), Some(second)) = pair else { continue };
        if (first - second).abs() > COUNTS {
            let message = format!("{first} {name}; the energy run has {second}");
            found.at(path, 0, message).measured(first, second, "");
        }
    }
    if let (Some(first), Some(second)) = (performance.throughput.value(), energy.throughput.value())
        && (first / second - 1.0).abs() > SPEED
    {
        let message = format!("{first:.3} inf/s while processing; the energy run has {second:.3} inf/s");
        found.at(path, 0, message).measured(first, second, "inf/s");
    }
    found.or_pass(Some(Place::whole(path)))
}
