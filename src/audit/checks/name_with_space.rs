use super::prelude::*;
use crate::model::documents::is_checklist;
use crate::source::is_system_file;

check! {
    /// A name contains a space.
    ///
    /// Spaces break scripts of the working group; the official checker warns about them. The official checklist is
    /// exempt, because its own name contains spaces.
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
        .filter(|entry| entry.name().contains(' ') && !is_system_file(entry.name()))
        // The official checklist's own name contains spaces.
        .filter(|entry| !(entry.is_file() && is_checklist(entry.name())))
        .collect();
    if let Some(first) = spaced.first() {
        let finding = found.at(&first.path, 0, format!("the name `{}` contains a space", first.name()));
        if spaced.len() > 1 {
            finding.note(format!("the submission contains {} such names; this is the first", spaced.len()));
        }
    }
    found.or_pass(view.folder())
}
