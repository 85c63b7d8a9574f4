use std::collections::BTreeSet;

use super::prelude::*;
use crate::model::System;

check! {
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
    "division-unknown", Structure, Error, Submission(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let (submission, divisions) = (view.submission, &view.round.divisions);
    let expected = divisions.join(" or ");
    for division in submission.divisions.iter().filter(|division| !divisions.contains(&division.name)) {
        found.at(&division.path, 0, format!("`{}` is no division, expected {expected}", division.name));
    }
    // A submitter's own folder: its place does not say, and neither do the descriptions in one voice.
    for submitter in submission.submitters.iter().filter(|submitter| submitter.division.is_empty()) {
        let said: BTreeSet<&str> = submission
            .systems_of(submitter)
            .iter()
            .filter_map(|system| Some(system.description.as_ref()?.text("Division")))
            .collect();
        let said: Vec<_> = said.iter().map(|word| format!("`{word}`")).collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join(", ") };
        let message = format!("the division is not known: the descriptions say {said}, expected {expected}");
        found.at(&submitter.path, 0, message);
    }
    let lone = submission.systems.iter().filter(|_| submission.divisions.is_empty()).find_map(said_by);
    found.or_pass(lone.unwrap_or_else(|| view.folder()))
}

/// Where a description names the division that its system is in.
fn said_by(system: &System) -> Option<Place> {
    let description = system.description.as_ref()?;
    let agrees = description.text("Division").eq_ignore_ascii_case(&system.division);
    let field = description.get("Division").filter(|_| agrees)?;
    Some(Place::new(&system.description_path, field.line))
}
