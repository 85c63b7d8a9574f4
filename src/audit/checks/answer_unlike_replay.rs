use super::prelude::*;

check! {
    /// An output vector is not that of the reference model, in a log whose other rows are.
    ///
    /// In one arithmetic, an int8 model has exactly one output for an input. If at least 99 % of the rows of a log are
    /// those of the reference model, to within 1/256, a row that differs by more than 8/256 was not computed like the
    /// others. Logs of another arithmetic or other weights are not compared.
    ///
    /// Calibrated on 87 logs of kws of about five toolchains in six rounds: 58 are replayed, and none of them has such a
    /// row. One forged answer of 1,000 is found in 99.5 % of trials.
    ///
    /// Help: submit the log as the runner wrote it; if it is, say what happened at this input.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them); own computation (`rules/outputs`).
    "answer-unlike-replay", Accuracy, Warning, Run(check),
    affects: [Quality],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(replay) = view.run.replay.as_ref().filter(|replay| replay.arithmetic != "other") else {
        return Outcome::NotApplicable;
    };
    let inferences = view.run.inferences();
    let line_of = |input: &str| {
        let log = view.log()?;
        let inference = inferences.iter().find(|one| log.input_of(one) == Some(input))?;
        Some(inference.outputs.map_or(inference.line, |outputs| outputs.line))
    };
    let path = view.run.path_of(FileRole::Log);
    for row in &replay.beyond {
        let message = format!(
            "the output for `{}` differs by {}/256 from that of the reference model ({}), expected at most {}/256",
            row.input, row.lsb, replay.arithmetic, view.round.weights.replay_beyond_lsb
        );
        let limit = f64::from(view.round.weights.replay_beyond_lsb);
        let finding = found.at(path, line_of(row.input).unwrap_or(0), message);
        finding.measured(f64::from(row.lsb), limit, "1/256");
        let text = |values: &[f64]| values.iter().map(|value| format!("{value:.3}")).collect::<Vec<_>>().join(", ");
        finding.note(format!("printed:  {}", text(&row.printed)));
        finding.note(format!("expected: {}", text(&row.expected)));
    }
    let first = inferences.first().map_or(0, |one| one.line);
    found.or_pass(view.at(FileRole::Log, first))
}
