use super::prelude::*;

check! {
    /// An accuracy run does not cover its whole input list.
    ///
    /// Accuracy is measured on every input of the official list (for anomaly detection, on every slice of every file).
    /// Leaving some out changes the figure.
    ///
    /// Help: measure accuracy on the whole list.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("the entire set of validation inputs").
    "input-missing", Accuracy, Error, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
    needs: [input_list_unknown, log_incomplete, mode_disagrees_with_folder, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some((inputs, list)) = view.run.listed_inputs().filter(|_| view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    let missing: Vec<&str> = inputs.on_list().filter(|(_, loads)| loads.is_missing()).map(|(name, _)| name).collect();
    let path = view.run.inputs_path();
    if let Some(first) = missing.first() {
        let all = list.inputs.len();
        found
            .at(path, 0, format!("{} of the {all} inputs of {} are missing", missing.len(), list.name))
            .note(format!("the first is `{first}`"));
    }
    let slices = list.slices as usize;
    let cut = inputs.on_list().find(|(_, loads)| !loads.is_missing() && loads.distinct() < slices);
    if let Some((name, loads)) = cut.filter(|_| slices > 1) {
        let distinct = loads.distinct();
        let finding = found.at(path, 0, format!("{distinct} slices of `{name}` were run, expected {slices}"));
        finding.measured(distinct as f64, slices as f64, "");
    }
    found.or_pass(Place::whole(path))
}
