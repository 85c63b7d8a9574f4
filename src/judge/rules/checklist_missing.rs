use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A submission has no checklist.
    ///
    /// Every submitter certifies with the round's checklist that the rules were kept. The worksheet that `tinyaudit init`
    /// writes prepares the answers and is none.
    ///
    /// Help: fill in the round's submission checklist and put it into `systems` as PDF.
    ///
    /// Source: directory structure of the results repositories (mandatory files); the checklist itself.
    "checklist-missing", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        let files = &submitter.documents.checklists;
        if files.is_empty() {
            let path = crate::read::tree::join(&submitter.path, "systems");
            findings.at(&path, 0, "there is no submission checklist (a PDF or DOCX file with `checklist` in its name)");
        } else if let Some(file) = files.iter().find(|file| file.is_worksheet()) {
            findings.at(&file.path, 0, "there is no submission checklist, only tinyaudit's worksheet for it");
        }
    }
}
