use super::prelude::*;

check! {
    /// Every time the device reports a model, it is the benchmark's.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "model-of-benchmark", Evidence, Error, Figure(check),
    affects: every,
    needs: [evidence_missing, file_missing, model_disagrees_with_benchmark, session_whole],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some(spec) = view.spec else { return Outcome::NotApplicable };
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no log") };
    match (&log.model, &log.other_model) {
        (_, Some(other)) => {
            let why = format!("the device reports two models, one of them `{}`", other.value);
            view.unknown(FileRole::Log, other.line, why)
        }
        (Some(model), None) if model.value == spec.model => Outcome::Pass(view.at(FileRole::Log, model.line)),
        (Some(model), None) => {
            view.unknown(FileRole::Log, model.line, format!("the device reports model `{}`", model.value))
        }
        (None, None) => view.unknown(FileRole::Log, 0, "the device does not report its model"),
    }
}
