use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round, known_models};

rule! {
    /// The device reported another model than the benchmark's.
    ///
    /// Firmware names its model (`m-model-[kws01]`); a log with another name is of another benchmark.
    ///
    /// Help: put the run in the folder of the benchmark it measured, or measure with the right firmware.
    ///
    /// Source: the reference firmware's EE_MODEL_VERSION; the MLCommons runner picks its test by it.
    "model-disagrees-with-benchmark", Evidence, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let (Some(spec), Some(log)) = (place.spec(round), &place.run.log) else { continue };
        let path = place.run.path_of(FileRole::Log);
        let Some(model) = &log.model else {
            // A log that lacks its beginning is another rule's finding.
            if log.session.is_none() {
                continue;
            }
            findings.at(path, 0, format!("the log never shows the device's model, expected `{}`", spec.model));
            continue;
        };
        if model.value != spec.model {
            let finding = findings.at(
                path,
                model.line,
                format!("the device reports model `{}`, expected `{}`", model.value, spec.model),
            );
            if let Some(other) = known_models().get(&model.value) {
                finding.note(format!("`{}` is the model of `{other}`", model.value));
            }
        }
    }
}
