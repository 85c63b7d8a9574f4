use std::collections::BTreeSet;

use super::prelude::*;
use crate::model::System;

check! {
    /// Results are in a folder that is not a division.
    ///
    /// A submission must be under `closed` or `open`. The official tools do not see other folders, so that their
    /// results would be missing from the published table without notice.
    ///
    /// Help: move the submitter's folder under `closed` or `open`.
    ///
    /// Official checker: mentions the folder in its log, skips it and passes.
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
        found.at(&division.path, 0, format!("`{}` is not a division, expected {expected}", division.name));
    }
    // A submitter's folder checked alone: neither its path nor its descriptions name one division.
    for submitter in submission.submitters.iter().filter(|submitter| submitter.division.is_empty()) {
        let said: BTreeSet<&str> = submission
            .systems_of(submitter)
            .iter()
            .filter_map(|system| Some(system.description.as_ref()?.text("Division")))
            .collect();
        let said: Vec<_> = said.iter().map(|word| format!("`{word}`")).collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join(", ") };
        let message = format!("the division is unknown: the descriptions say {said}, expected {expected}");
        found.at(&submitter.path, 0, message);
    }
    let lone = submission.systems.iter().filter(|_| submission.divisions.is_empty()).find_map(said_by);
    found.or_pass(lone.unwrap_or_else(|| view.folder()))
}

/// Returns the place where a description names the division that its system is in.
fn said_by(system: &System) -> Option<Place> {
    let description = system.description.as_ref()?;
    let agrees = description.text("Division").eq_ignore_ascii_case(&system.division);
    let field = description.get("Division").filter(|_| agrees)?;
    Some(Place::new(&system.description_path, field.line))
}
