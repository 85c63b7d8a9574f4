use super::prelude::*;
use crate::source::is_system_file;

check! {
    /// A submission contains files that an operating system or an editor created.
    ///
    /// They are not part of the submission, and the official checker counts them as unexpected files of a run.
    ///
    /// Help: remove the files.
    ///
    /// Official checker: mentions those in a run folder in its log and passes.
    ///
    /// Source: `submission_checker.py` (names that begin with a dot, lists of files).
    "operating-system-dropping", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let droppings: Vec<_> = view.entries().iter().filter(|entry| is_system_file(entry.name())).collect();
    if let Some(first) = droppings.first() {
        let finding =
            found.at(&first.path, 0, format!("`{}` was created by an operating system or editor", first.name()));
        if droppings.len() > 1 {
            finding.note(format!("the submission contains {} such files; this is the first", droppings.len()));
        }
    }
    found.or_pass(view.folder())
}
