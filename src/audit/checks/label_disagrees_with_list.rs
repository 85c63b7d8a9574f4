use super::prelude::*;
use crate::model::{Closest, closest_list};

check! {
    /// The class of an input in results.json differs from the official list.
    ///
    /// The MLCommons runner scores with the classes of the list beside the inputs; other classes give another accuracy.
    /// tinyaudit scores with the official ones.
    ///
    /// Help: measure again with the official list.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets, `y_labels.csv`.
    "label-disagrees-with-list", Accuracy, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(spec) = view.spec.filter(|_| !view.is_streaming()) else { return Outcome::NotApplicable };
    let entries = view.run.json.as_deref().unwrap_or_default();
    let names = entries.iter().filter_map(|entry| entry.file.as_deref());
    // The few inputs of a performance run do not tell the lists apart; any list that contains them will do.
    let Some(Closest { list, .. }) = closest_list(&names, spec) else { return Outcome::NotApplicable };
    let mut classes = entries
        .iter()
        .filter_map(|entry| {
            let (name, class) = (entry.file.as_deref()?, entry.class?.0?);
            Some((name, class, list.class_of(name)?))
        })
        .peekable();
    let shown = classes.peek().map(|_| view.at(FileRole::Json, 1));
    if let Some((name, class, official)) = classes.find(|(_, class, official)| class != official) {
        let message = format!("`{name}` has class {class} in results.json; its class in {} is {official}", list.name);
        found.at(view.run.path_of(FileRole::Json), 1, message);
    }
    found.or_pass(shown)
}
