use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Two systems of a submitter have the same board name.
    ///
    /// The published table numbers results by division, submitter and board, so that both get the same ID.
    ///
    /// Help: give the boards names of their own if each system should have a result ID of its own.
    ///
    /// Source: `generate_final_report.py` (Unique ID).
    "board-name-shared", SystemDescription, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str, &str), &str> = BTreeMap::new();
    for system in &submission.systems {
        let Some(description) = &system.description else { continue };
        let Some(field) = description.get("Board Name").filter(|field| !field.as_str().trim().is_empty()) else {
            continue;
        };
        let key = (system.division.as_str(), system.submitter.as_str(), field.as_str());
        if let Some(first) = seen.get(&key) {
            let message = format!("`{}` has the board name `{}`, as `{first}` has", system.name, field.shown());
            findings.at(&system.description_path, field.line, message);
        } else {
            seen.insert(key, &system.name);
        }
    }
}
