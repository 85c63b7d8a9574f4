use std::collections::{BTreeMap, BTreeSet};

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::Round;

rule! {
    /// Files of a session lie where nobody reads them.
    ///
    /// Results under another name than `results`, in a hidden folder, beside the submitter's folder, or a second session
    /// inside a run are neither judged here nor meant to be published. What they show may be what a reader is told.
    ///
    /// Help: put every session in `results/<system>/<benchmark>/<mode>`, or remove it.
    ///
    /// Source: directory structure of the results repositories.
    "evidence-unread", Structure, Error, check
}

/// Folders that are listed, at most.
const MOST: usize = 20;

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    // A session under a name that is no run's, beside runs, is another rule's finding.
    let misnamed: BTreeSet<String> = submission
        .benchmarks()
        .filter(|(_, benchmark)| !benchmark.runs.is_empty())
        .flat_map(|(_, benchmark)| benchmark.strange_folders.iter().map(|name| join(&benchmark.path, name)))
        .collect();
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in &submission.unread {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if misnamed.contains(folder) {
            continue;
        }
        folders.entry(folder).or_default().push(name);
    }
    let more = folders.len().saturating_sub(MOST);
    for (index, (folder, names)) in folders.into_iter().take(MOST).enumerate() {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let finding = findings.at(folder, 0, format!("{} of a session lies where nothing is read", names.join(", ")));
        if more > 0 && index == 0 {
            finding.note(format!("so it is in {more} more folders than are listed"));
        }
    }
}
