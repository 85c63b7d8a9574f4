use std::collections::{BTreeMap, BTreeSet};

use super::prelude::*;
use crate::source::join;

check! {
    /// Session files are in a place that is not read.
    ///
    /// Results in a folder that is not named `results`, in a hidden folder or beside the submitter's folder, and a
    /// second session inside a run, are neither checked here nor published. A reader may take them for the submitted
    /// results.
    ///
    /// Help: move every session to `results/<system>/<benchmark>/<mode>`, or remove it.
    ///
    /// Source: directory structure of the results repositories.
    "evidence-unread", Structure, Error, Submission(check),
    needs: [run_missing, submitter_without_results],
}

/// Maximum number of folders that are listed.
const MOST: usize = 20;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    // The rule `run-folder-misnamed` reports a session in a misnamed folder beside runs.
    let misnamed: BTreeSet<String> = view
        .submission
        .benchmarks()
        .filter(|(_, benchmark)| !benchmark.runs.is_empty())
        .flat_map(|(_, benchmark)| benchmark.other_folders.iter().map(|name| join(&benchmark.path, name)))
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
        let finding =
            found.at(folder, 0, format!("this folder is not read, but contains session files: {}", names.join(", ")));
        if more > 0 && index == 0 {
            finding.note(format!("{more} more such folders are not listed"));
        }
    }
    found.or_pass(view.folder())
}
