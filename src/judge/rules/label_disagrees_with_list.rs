use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Closest, Submission, closest_list};
use crate::round::{FileRole, Round, Task};

rule! {
    /// results.json gives an input another class than the official list.
    ///
    /// The MLCommons runner takes the classes from the list beside the inputs and scores with them; other classes give
    /// another accuracy. We score with the official ones.
    ///
    /// Help: measure again with the official list.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets, `y_labels.csv`.
    "label-disagrees-with-list", Accuracy, Error, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(spec) = place.spec(round).filter(|spec| spec.task != Task::Wakeword) else { continue };
        let entries = place.run.json.as_deref().unwrap_or_default();
        let names = entries.iter().filter_map(|entry| entry.file.as_deref());
        // A few timed windows do not tell lists apart; any list that knows the inputs will do.
        let Some(Closest { list, .. }) = closest_list(&names, spec) else { continue };
        let wrong = entries.iter().find_map(|entry| {
            let (name, class) = (entry.file.as_deref()?, entry.class?.0?);
            let official = list.class_of(name)?;
            (class != official).then_some((name, class, official))
        });
        if let Some((name, class, official)) = wrong {
            let message = format!("`{name}` is given class {class}, its class in {} is {official}", list.name);
            findings.at(place.run.path_of(FileRole::Json), 1, message);
        }
    }
}
