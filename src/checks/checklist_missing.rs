use super::evidence::is_dropping;
use crate::round::Round;
use crate::rule::{Findings, rule};
use crate::submission::Submission;

rule! {
    /// A submission has no checklist.
    ///
    /// Every submitter certifies with the round's checklist that the rules were kept.
    ///
    /// Help: fill in the round's submission checklist and put it into `systems` as PDF.
    ///
    /// Source: directory structure of the results repositories (mandatory files); the checklist itself.
    "checklist-missing", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        let is_checklist = |name: &str| {
            let lower = name.to_lowercase();
            let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
            lower.contains("checklist") && ["pdf", "docx"].contains(&ending) && !is_dropping(name)
        };
        if !submission.entries_of(submitter).iter().any(|entry| entry.is_file() && is_checklist(entry.name())) {
            let path = crate::tree::join(&submitter.path, "systems");
            findings.at(&path, 0, "there is no submission checklist (a PDF or DOCX file with `checklist` in its name)");
        }
    }
}
