use super::prelude::*;
use crate::model::documents::is_checklist;

check! {
    /// A submission's checklist is not a PDF.
    ///
    /// The signed checklist must be a PDF; a Word file may be submitted with it.
    ///
    /// Help: also save the checklist as a PDF.
    ///
    /// Source: directory structure of the results repositories (mandatory files).
    "checklist-not-pdf", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let files = &view.submitter.documents.checklists;
    if let Some(first) = files.first().filter(|_| files.iter().all(|file| !file.is_pdf && !file.is_worksheet())) {
        let finding = found.at(&first.path, 0, "the checklist is a Word file, expected a PDF");
        let ends = |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("pdf"));
        let false_one = |name: &str| ends(name) && is_checklist(name);
        if let Some(entry) = view.entries().iter().find(|entry| entry.is_file() && false_one(entry.name())) {
            finding.note(format!("`{}` is not a PDF, despite its name", entry.path));
        }
    }
    found.or_pass(files.iter().find(|file| file.is_pdf).map(|file| Place::whole(&file.path)))
}
