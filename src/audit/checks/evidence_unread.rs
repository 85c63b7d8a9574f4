use std::collections::{BTreeMap, BTreeSet};

use super::prelude::*;
use crate::source::join;

check! {
    /// Files of a session lie where nobody reads them.
    ///
    /// Results under another name than `results`, in a hidden folder, beside the submitter's folder, or a second session
    /// inside a run are neither judged here nor meant to be published. What they show may be what a reader is told.
    ///
    /// Help: put every session in `results/<system>/<benchmark>/<mode>`, or remove it.
    ///
    /// Source: directory structure of the results repositories.
    "evidence-unread", Structure, Error, Submission(check),
    needs: [run_missing, submitter_without_results],
}

/// Folders that are listed, at most.
const MOST: usize = 20;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    // A session under a name that is no run's, beside runs, is another check's finding.
    let misnamed: BTreeSet<String> = view
        .submission
        .benchmarks()
        .filter(|(_, benchmark)| !benchmark.runs.is_empty())
        .flat_map(|(_, benchmark)| benchmark.strange_folders.iter().map(|name| join(&benchmark.path, name)))
        .collect();
    let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in &view.submission.unread {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if !misnamed.contains(folder) {
            folders.entry(folder).or_default().push(format!("`{name}`"));
        }
    }
    let more = folders.len().saturating_sub(MOST);
    for (index, (folder, names)) in folders.into_iter().take(MOST).enumerate() {
        let finding = found.at(folder, 0, format!("{} of a session lies where nothing is read", names.join(", ")));
        if more > 0 && index == 0 {
            finding.note(format!("so it is in {more} more folders than are listed"));
        }
    }
    found.or_pass(view.folder())
}
