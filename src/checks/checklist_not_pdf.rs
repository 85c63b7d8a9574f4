use crate::round::Round;
use crate::rule::{Findings, rule};
use crate::submission::Submission;

rule! {
    /// A submission's checklist is no PDF.
    ///
    /// The signed checklist is a PDF; a Word file is welcome beside it.
    ///
    /// Help: save the checklist as PDF, too.
    ///
    /// Source: directory structure of the results repositories (mandatory files).
    "checklist-not-pdf", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let files = &submitter.documents.checklists;
        if let Some(first) = files.first().filter(|_| files.iter().all(|file| file.content.is_some())) {
            findings.at(&first.path, 0, "the checklist is a Word file, expected a PDF");
        }
    }
}
