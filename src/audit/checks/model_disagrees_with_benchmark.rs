use super::prelude::*;
use crate::round::known_models;

check! {
    /// The device reports a model that is not the benchmark's.
    ///
    /// Firmware reports its model (`m-model-[kws01]`); a log with another name is from another benchmark.
    ///
    /// Help: move the run to the folder of the benchmark it measured, or measure with the right firmware.
    ///
    /// Source: the reference firmware's EE_MODEL_VERSION; the MLCommons runner selects its test by it.
    "model-disagrees-with-benchmark", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(spec), Some(log)) = (view.spec, view.log()) else { return Outcome::NotApplicable };
    let path = view.run.path_of(FileRole::Log);
    let Some(model) = &log.model else {
        // The rule `log-incomplete` reports a log without its start.
        if log.session.is_some() {
            found.at(path, 0, format!("the log does not show the device's model, expected `{}`", spec.model));
        }
        return found.or_pass(None);
    };
    if model.value != spec.model {
        let message = format!("the device reports model `{}`, expected `{}`", model.value, spec.model);
        let finding = found.at(path, model.line, message);
        if let Some(other) = known_models().get(&model.value) {
            finding.note(format!("`{}` is the model of `{other}`", model.value));
        }
    }
    found.or_pass(view.at(FileRole::Log, model.line))
}
