use super::prelude::*;

check! {
    /// An accuracy run loads an input more than once.
    ///
    /// An input that counts more than once changes the figure.
    ///
    /// Help: measure accuracy with every input of the list exactly once.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; MLPerf Tiny rules, 2.6 (any order, every input).
    "input-repeated", Accuracy, Warning, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some((inputs, list)) = view.run.listed_inputs().filter(|_| view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    let repeated: Vec<_> = inputs.loaded().filter(|(_, loads)| loads.repeated(list.slices)).collect();
    let path = view.run.inputs_path();
    if let Some((name, loads)) = repeated.first() {
        let finding = found.at(path, loads.line(), format!("`{name}` was loaded more than once"));
        if repeated.len() > 1 {
            finding.note(format!("{} inputs were loaded more than once", repeated.len()));
        }
    }
    found.or_pass(Place::whole(path))
}
