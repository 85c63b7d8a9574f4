use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::Round;

rule! {
    /// A system description has no results.
    ///
    /// Either its results are missing, or it is named unlike its system's folder.
    ///
    /// Help: add the results, or give description and folder the same name.
    ///
    /// Source: directory structure of the results repositories.
    "system-description-orphaned", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    if round.system_description.any_name {
        return;
    }
    for submitter in &submission.submitters {
        let folder = join(&submitter.path, "systems");
        for entry in submission.entries_of(submitter) {
            let Some(name) = entry.path.strip_prefix(&format!("{folder}/")).and_then(|name| name.strip_suffix(".json"))
            else {
                continue;
            };
            let has_results = submission.systems.iter().any(|system| system.description_path == entry.path);
            if !has_results && !name.contains('/') && !name.starts_with('.') && entry.is_file() {
                findings.at(&entry.path, 0, format!("there are no results of a system `{name}`"));
            }
        }
    }
}
