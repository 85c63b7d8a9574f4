use super::prelude::*;

check! {
    /// The device echoes a number of inferences that differs from the commanded one.
    ///
    /// The device echoes the commanded number, and the runner logs it; throughput and energy are computed with it.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: the reference firmware prints `m-infer-start-N`; all published logs agree.
    "inference-count-contradicted", Evidence, Error, Run(check),
    affects: every,
    needs: [log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let mut echoes = view.run.inferences().iter().filter_map(|one| Some((one, one.echoed_iterations?)));
    if let Some((inference, echoed)) = echoes.clone().find(|(one, echoed)| *echoed != one.iterations) {
        let message = format!("the log commands {} inferences, the device echoes {echoed}", inference.iterations);
        let finding = found.at(view.run.path_of(FileRole::Log), inference.line, message);
        finding.measured(echoed as f64, inference.iterations as f64, "");
    }
    found.or_pass(echoes.next().map(|(first, _)| view.at(FileRole::Log, first.line)))
}
