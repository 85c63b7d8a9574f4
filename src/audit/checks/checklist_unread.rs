use super::prelude::*;
use crate::model::documents::ChecklistFile;
use crate::parse::document::checklist::Checklist;
use crate::parse::location::Damage;

check! {
    /// The answers of a checklist cannot be read.
    ///
    /// A ticked box is recognised by a mark in the text of the Word file or PDF, before or after an answer: `☒`, `☑`,
    /// `✓`, `x`, or in a Word file a checked form field. In a PDF, marks may also be drawn anywhere on the page,
    /// separate from the text, and a scan has no text at all.
    ///
    /// Help: submit the Word file of the checklist with the PDF, so that its answers can be checked.
    ///
    /// Source: submission checklist.
    "checklist-unread", Structure, Note, Submitter(check),
    needs: [file_unreadable],
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let files = &view.submitter.documents.checklists;
    let is_readable = |checklist: &Checklist| checklist.has_marks() || checklist.is_blank();
    let readable = files.iter().find(|file| file.content.as_ref().is_ok_and(is_readable));
    if let Some((path, damage)) = files.iter().find_map(|file| damaged(file, false)) {
        found.at(path, damage.line, damage.message.clone());
    } else if let Some((path, damage)) =
        files.iter().find_map(|file| damaged(file, true)).filter(|_| readable.is_some())
    {
        // The answers are known from another file, but this one may say something else.
        found.at(path, damage.line, damage.message.clone());
    } else if readable.is_some() {
        // One readable file is enough.
    } else if let Some(file) = files.iter().find(|file| file.content.is_ok()) {
        found
            .at(&file.path, 0, "the answers of this checklist cannot be read: no answer has a mark in its text")
            .help("mark answers in the text of the Word file, for example `☒ Yes`; drawn boxes are not read.");
    } else if let Some((path, damage)) = files.iter().find_map(|file| damaged(file, true)) {
        found.at(path, damage.line, damage.message.clone());
    }
    found.or_pass(readable.map(|file| Place::whole(&file.path)))
}

fn damaged(file: &ChecklistFile, is_pdf: bool) -> Option<(&str, &Damage)> {
    Some((file.path.as_str(), file.content.as_ref().err().filter(|_| file.is_pdf == is_pdf)?))
}
