use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// An open submission has no code that trains its model.
    ///
    /// In the open division the model may be one's own; the scripts that train it belong to the submission.
    ///
    /// Help: put the training scripts into `code`, or say in the README that the reference model is used.
    ///
    /// Source: submission checklist, last question.
    "training-code-missing", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|one| one.division == "open" && one.has_results) {
        let prefix = format!("{}/", crate::read::tree::join(&submitter.path, "code"));
        let trains = |path: &str| {
            let lower = path[prefix.len()..].to_lowercase();
            lower.contains("train")
                || lower.rsplit_once('.').is_some_and(|(_, ending)| ["py", "ipynb"].contains(&ending))
        };
        let mut files =
            submission.entries_of(submitter).iter().filter(|entry| entry.is_file() && entry.path.starts_with(&prefix));
        // No code at all is a graver rule's finding.
        if files.clone().next().is_some() && !files.any(|entry| trains(&entry.path)) {
            findings.at(&submitter.path, 0, "no file of `code` trains a model");
        }
    }
}
