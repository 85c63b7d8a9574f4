use super::prelude::*;

check! {
    /// The samples of an energy trial end at another time than the trial.
    ///
    /// The MLCommons runner stops recording shortly after the last time stamp of a trial. Samples that end with the stamp,
    /// or long after it, are not the recording of the trial.
    ///
    /// Calibrated on 20 sessions of two rounds: 42 to 116 samples follow the last stamp.
    ///
    /// Help: submit results.json as the runner wrote it, or measure again.
    ///
    /// Source: MLPerf Tiny rules, 5.1; MLCommons runner, energy trials.
    "trial-tail", Energy, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // The recording of a wake word run goes on while the runner collects the detections.
    if !view.is(Mode::Energy) || view.is_streaming() {
        return Outcome::NotApplicable;
    }
    let limits = &view.round.timeline;
    let expected = limits.tail_least..=limits.tail_most;
    let trials = view.run.json.iter().flatten().filter_map(|entry| entry.power.as_ref());
    let tails: Vec<Option<usize>> =
        trials.map(|power| power.samples.len().checked_sub(power.timestamps.last()?.1)).collect();
    let wrong =
        tails.iter().enumerate().find_map(|(trial, tail)| Some((trial, tail.filter(|tail| !expected.contains(tail))?)));
    if let Some((trial, tail)) = wrong {
        let (least, most) = (limits.tail_least, limits.tail_most);
        let message = format!("trial {trial}: {tail} samples follow the last time stamp; {least} to {most} expected");
        found.at(view.run.path_of(FileRole::Json), 1, message);
    }
    found.or_pass(tails.iter().flatten().next().map(|_| view.at(FileRole::Json, 1)))
}
