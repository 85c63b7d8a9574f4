use super::prelude::*;
use crate::source::join;

check! {
    /// An open submission does not contain the code that trains its model.
    ///
    /// In the open division submitters may use their own model; its training scripts are part of the submission.
    ///
    /// Help: put the training scripts into `code`, or say in the README that the reference model is used.
    ///
    /// Source: submission checklist, last question.
    "training-code-missing", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let submitter = view.submitter;
    if submitter.division != "open" || !submitter.has_results {
        return Outcome::NotApplicable;
    }
    let prefix = format!("{}/", join(&submitter.path, "code"));
    let trains = |path: &str| {
        let lower = path[prefix.len()..].to_lowercase();
        lower.contains("train") || lower.rsplit_once('.').is_some_and(|(_, ending)| ["py", "ipynb"].contains(&ending))
    };
    let mut files = view.entries().iter().filter(|entry| entry.is_file() && entry.path.starts_with(&prefix)).peekable();
    // A submission without any code is reported by `code-missing`.
    if files.peek().is_none() {
        return Outcome::NotApplicable;
    }
    let training = files.find(|entry| trains(&entry.path));
    if training.is_none() {
        found.at(&submitter.path, 0, "no file in `code` trains a model");
    }
    found.or_pass(training.map(|entry| Place::whole(&entry.path)))
}
