use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::submission::documents::is_checklist;
use crate::round::Round;

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
        if let Some(first) = files.first().filter(|_| files.iter().all(|file| !file.is_pdf && !file.is_worksheet())) {
            let finding = findings.at(&first.path, 0, "the checklist is a Word file, expected a PDF");
            let entries = submission.entries_of(submitter).iter().filter(|entry| entry.is_file());
            let ends = |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("pdf"));
            let false_one = |name: &str| ends(name) && is_checklist(name);
            if let Some(entry) = entries.into_iter().find(|entry| false_one(entry.name())) {
                finding.note(format!("`{}` is no PDF, whatever its name says", entry.path));
            }
        }
    }
}
