use crate::judge::rule::{Findings, rule};
use crate::read::log::checklist::Checklist;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// The answers of a checklist cannot be read.
    ///
    /// In a PDF the marks are drawn anywhere on the page; only a Word file tells which box is ticked, by a mark in front
    /// of an answer: `☒`, `☑`, `✓`, `x` or a form's checked box.
    ///
    /// Help: put the Word file of the checklist beside the PDF, so that its answers are checked.
    ///
    /// Source: submission checklist.
    "checklist-unread", Structure, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let files = &submitter.documents.checklists;
        let Some(first) = files.first() else { continue };
        let mut readable = files.iter().filter_map(|file| Some((file, file.content.as_ref()?)));
        let damage = readable.clone().find_map(|(file, content)| Some((file, content.as_ref().err()?)));
        if let Some((file, damage)) = damage {
            findings.at(&file.path, damage.line, damage.message.clone());
        } else if !readable.any(|(_, content)| content.as_ref().is_ok_and(Checklist::has_marks)) {
            let finding =
                findings.at(&first.path, 0, "the answers of this checklist cannot be read, so they were not checked");
            if files.iter().any(|file| file.content.is_some()) {
                finding.help("mark answers in the text of the Word file, `☒ Yes`; drawn boxes are not read.");
            }
        }
    }
}
