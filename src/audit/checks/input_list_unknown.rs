use super::prelude::*;
use crate::round::{Target, dataset};

check! {
    /// An accuracy run uses inputs that are not on the round's list.
    ///
    /// Accuracy counts only on the official inputs of the round. For image classification, a balanced list replaced the
    /// one of v0.5; the old list gives another figure.
    ///
    /// Help: measure accuracy on the round's official list.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets; MLPerf Tiny rules, 7.
    "input-list-unknown", Accuracy, Error, Run(check),
    affects: [Quality],
    fails: NotByTheRules,
    needs: [log_incomplete, mode_disagrees_with_folder],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let spec = view.spec.filter(|_| view.is(Mode::Accuracy) && !view.is_streaming());
    let (Some(spec), Some(inputs)) = (spec, &run.inputs) else { return Outcome::NotApplicable };
    let (path, accepted) = (run.inputs_path(), spec.lists.join(" or "));
    let Some(list) = inputs.list else {
        if let Some(first) = &inputs.first {
            found
                .at(path, 0, format!("none of the inputs is on an official list, expected {accepted}"))
                .note(format!("the first input is `{first}`"));
        }
        return found.or_pass(None);
    };
    if !spec.lists.iter().any(|accepted| accepted == list.name) {
        let current: Vec<_> = spec.lists.iter().filter_map(|name| dataset(name)).collect();
        let known = |name: &str| current.iter().any(|list| list.place_of(name).is_some());
        let shared = list.inputs.iter().filter(|(name, _)| known(name)).count();
        let right = match spec.target {
            Target::Auc(_) => (run.scores.auc.as_ref(), "AUC"),
            _ => (run.scores.top1.as_ref(), "Top-1"),
        };
        let figure = match right {
            (Some(figure), name) if figure.agrees(view.round.tolerances.printed_units) == Some(true) => {
                format!("the {name} is right for that list")
            }
            (_, name) => format!("the {name} is measured on that list"),
        };
        let message = format!(
            "the {} inputs are the list {} ({shared} of them are on {accepted}); {figure} and cannot be compared",
            list.inputs.len(),
            list.name
        );
        found.at(path, 0, message).note(format!("{}: {}", list.name, list.title));
    } else if let Some((name, loads)) = inputs.foreign.first_key_value() {
        let verb = if inputs.foreign.len() == 1 { "input is" } else { "inputs are" };
        let message = format!("{} {verb} not on the list {}", inputs.foreign.len(), list.name);
        found.at(path, loads.line(), message).note(format!("the first is `{name}`"));
    }
    found.or_pass(Place::whole(path))
}
