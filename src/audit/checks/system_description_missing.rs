use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::{Submission, only_orphan};
use crate::schema::spelling::plain;
use crate::source::{Entry, around, is_inside, join, name_of, parent_of};

check! {
    /// A system with results has no description.
    ///
    /// Without it nobody knows what was measured. The official checker drops all results of the system.
    ///
    /// Help: write `systems/<system>.json` with the official fields; `<system>` is the name of the system's folder
    /// under `results`.
    ///
    /// Official checker: rejects the system.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`.
    "system-description-missing", SystemDescription, Error, Submitter(check),
    affects: result,
    fails: NotByTheRules,
    needs: [path_too_deep],
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (submitter, submission) = (view.submitter, view.submission());
    // Per folder, its files by name without case and punctuation.
    let mut files: BTreeMap<&str, BTreeMap<String, &Entry>> = BTreeMap::new();
    for system in view.systems().iter().filter(|system| system.description.is_none()) {
        let expected = &system.description_path;
        let near = std::iter::once("")
            .chain(around(parent_of(expected)))
            .filter(|folder| is_inside(folder, &submitter.path))
            .filter_map(|folder| {
                let files = files.entry(folder).or_insert_with(|| files_of(submission, folder));
                files.get(&plain(expected)).copied()
            })
            .min_by_key(|entry| &entry.path);
        let finding = found.at(&system.path, 0, format!("system `{}` has no description", system.name));
        finding.help(match (near, only_orphan(submission, submitter)) {
            (Some(entry), _) => format!("rename `{}` to `{}`", entry.path, name_of(expected)),
            (None, Some((orphan, _))) => {
                format!("did you mean `{orphan}`, which belongs to no system? Rename it to `{}`", name_of(expected))
            }
            (None, None) => format!("write `{expected}` with the official fields"),
        });
    }
    found.or_pass((!view.systems().is_empty()).then(|| Place::whole(&join(&submitter.path, "systems"))))
}

fn files_of<'a>(submission: &'a Submission, folder: &str) -> BTreeMap<String, &'a Entry> {
    let mut files = BTreeMap::new();
    for entry in submission.entries.children(folder).filter(|entry| entry.is_file()) {
        files.entry(plain(&entry.path)).or_insert(entry);
    }
    files
}
