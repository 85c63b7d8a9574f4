use super::prelude::*;
use crate::source::join;

check! {
    /// A submission has no checklist.
    ///
    /// Every submitter certifies compliance with the rules in the round's checklist. The worksheet that
    /// `tinyaudit init` writes only prepares the answers; it is not a checklist.
    ///
    /// Help: fill in the round's submission checklist, a Word form in the root of the round's results repository
    /// (`https://github.com/mlcommons/tiny_results_v1.2` for v1.2), and put it into `systems` as a PDF.
    ///
    /// Source: directory structure of the results repositories (mandatory files); the checklist itself.
    "checklist-missing", Structure, Error, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.has_results {
        return Outcome::NotApplicable;
    }
    let files = &view.submitter.documents.checklists;
    if files.is_empty() {
        let path = join(&view.submitter.path, "systems");
        found.at(&path, 0, "there is no submission checklist (a PDF or DOCX file with `checklist` in its name)");
    } else if let Some(file) = files.iter().find(|file| file.is_worksheet()) {
        found.at(&file.path, 0, "there is no submission checklist, only tinyaudit's worksheet for it");
    }
    found.or_pass(files.first().map(|file| Place::whole(&file.path)))
}
