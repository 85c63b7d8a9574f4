use super::prelude::*;
use crate::model::{Closest, closest_list};

check! {
    /// results.json gives an input another class than the official list.
    ///
    /// The MLCommons runner takes the classes from the list beside the inputs and scores with them; other classes give
    /// another accuracy. We score with the official ones.
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
    // A few timed windows do not tell lists apart; any list that knows the inputs will do.
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
        let message = format!("`{name}` is given class {class}, its class in {} is {official}", list.name);
        found.at(view.run.path_of(FileRole::Json), 1, message);
    }
    found.or_pass(shown)
}
