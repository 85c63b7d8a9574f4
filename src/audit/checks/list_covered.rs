use super::prelude::*;

check! {
    /// Every input of the official list is run exactly once.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "list-covered", Accuracy, Error, Figure(check),
    affects: [Quality],
    needs: [
        accuracy_inference_repeated, evidence_missing, file_missing, input_list_unknown, input_missing,
        input_repeated, session_whole,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let run = view.run;
    let Some((inputs, list)) = run.listed_inputs() else {
        return view.unknown(FileRole::Log, 0, "none of the inputs is on an official list");
    };
    if let Some((name, _)) = inputs.on_list().find(|(_, loads)| loads.is_missing()) {
        return view.unknown(FileRole::Log, 0, format!("`{name}` was never loaded"));
    }
    if let Some(name) = inputs.foreign.keys().next() {
        return view.unknown(FileRole::Log, 0, format!("`{name}` is not on the list {}", list.name));
    }
    let slices = list.slices as usize;
    let wrong = inputs.on_list().find(|(_, loads)| loads.distinct() != slices || loads.repeated(list.slices));
    if let Some((name, loads)) = wrong {
        let why = format!("the {slices} slices of `{name}` were not each run exactly once");
        return view.unknown(FileRole::Log, loads.line(), why);
    }
    let named = run.inferences().iter().all(|one| one.input.is_some());
    if !named || run.inferences().len() != list.inputs.len() * slices {
        return view.unknown(FileRole::Log, 0, "not every inference belongs to an input of the list");
    }
    Outcome::Pass(view.at(FileRole::Log, run.inferences()[0].line))
}
