use std::collections::BTreeSet;

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
        let systems = submission.systems_of(submitter);
        let described: BTreeSet<&str> = systems.iter().map(|system| system.description_path.as_str()).collect();
        for entry in submission.entries.below(&folder) {
            let Some(name) = entry.path[folder.len() + 1..].strip_suffix(".json") else { continue };
            if !described.contains(&*entry.path) && !name.contains('/') && !name.starts_with('.') && entry.is_file() {
                findings.at(&entry.path, 0, format!("there are no results of a system `{name}`"));
            }
        }
    }
}
