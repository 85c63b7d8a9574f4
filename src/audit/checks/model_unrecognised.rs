use super::prelude::*;

check! {
    /// A model in the code has none of the reference weights.
    ///
    /// The closed division runs the reference model. If the code contains a model with the benchmark's input and output,
    /// and neither it nor any other file contains reference weights, in any known form, the committee asks what it is.
    /// Only `check --weights` searches the code.
    ///
    /// Calibrated on four rounds: no closed result has such a model.
    ///
    /// Help: say in the README how the model was made from the reference model; if its weights were trained, move the
    /// result to the open division.
    ///
    /// Source: MLPerf Tiny rules, 8.1; the reference models (`rules/weights`).
    "model-unrecognised", Evidence, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    if !view.system.is_closed() {
        return Outcome::NotApplicable;
    }
    let mut recognised = None;
    for benchmark in &view.system.benchmarks {
        let Some(weights) = &benchmark.weights else { continue };
        recognised = recognised.or(weights.file.as_ref().map(|(file, _)| file.as_str()));
        if let Some(path) = &weights.other_model {
            let name = benchmark.label();
            let message = format!(
                "this model has the input and output of {name}, but neither it nor another file of the code has weights of \
                 the reference model"
            );
            found.at(path, 0, message);
        }
    }
    found.or_pass(recognised.map(Place::whole))
}
