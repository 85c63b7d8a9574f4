use std::collections::BTreeSet;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Results lie under a folder that is no division.
    ///
    /// A submission lies under `closed` or `open`; what lies elsewhere is not seen by the official tools and would be
    /// missing from the published table without a word.
    ///
    /// Help: move the submitter's folder under `closed` or `open`.
    ///
    /// Official checker: mentions it in its log, leaves the folder out and passes.
    ///
    /// Source: directory structure of the results repositories; MLPerf Tiny rules, 6.
    "division-unknown", Structure, Error, check,
    explains checklist_disagrees
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for division in &submission.divisions {
        if !round.divisions.contains(&division.name) {
            let expected = round.divisions.join(" or ");
            findings.at(&division.path, 0, format!("`{}` is no division, expected {expected}", division.name));
        }
    }
    // A submitter's own folder: its place does not say, and neither do the descriptions in one voice.
    for submitter in submission.submitters.iter().filter(|submitter| submitter.division.is_empty()) {
        let said: BTreeSet<String> = submission
            .systems_of(submitter)
            .iter()
            .filter_map(|system| Some(system.description.as_ref()?.text("Division").to_owned()))
            .collect();
        let said: Vec<_> = said.iter().map(|word| format!("`{word}`")).collect();
        let expected = round.divisions.join(" or ");
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join(", ") };
        let message = format!("the division is not known: the descriptions say {said}, expected {expected}");
        findings.at(&submitter.path, 0, message);
    }
}
