use super::prelude::*;
use crate::model::documents::is_checklist;
use crate::source::is_dropping;

check! {
    /// A name contains a space.
    ///
    /// Scripts of the working group trip over it; the official checker warns of it. The official checklist's own name
    /// contains spaces and is not meant.
    ///
    /// Help: use `_` or `-` instead.
    ///
    /// Official checker: warns.
    ///
    /// Source: `submission_checker.py`.
    "name-with-space", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let spaced: Vec<_> = view
        .entries()
        .iter()
        .filter(|entry| entry.name().contains(' ') && !is_dropping(entry.name()))
        // The official form's own name may hold spaces.
        .filter(|entry| !(entry.is_file() && is_checklist(entry.name())))
        .collect();
    if let Some(first) = spaced.first() {
        let finding = found.at(&first.path, 0, format!("the name `{}` contains a space", first.name()));
        if spaced.len() > 1 {
            finding.note(format!("{} such names are in the submission, this is the first", spaced.len()));
        }
    }
    found.or_pass(view.folder())
}
