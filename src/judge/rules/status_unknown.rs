use crate::judge::rule::{Findings, rule};
use crate::read::log::description::SystemDescription;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// The availability of a system is missing or not one of the official words.
    ///
    /// The published tables are grouped by it. The official checker rejects every result of such a system, and crashes
    /// where the field is missing.
    ///
    /// Help: set `Status` to `available`, `preview` or `rdi`.
    ///
    /// Official checker: rejects the system; where the field is missing its whole run ends.
    ///
    /// Source: MLPerf Tiny rules, 9; `submission_checker.py`, VALID_AVAILABILITIES.
    "status-unknown", SystemDescription, Error, check,
    explains checklist_disagrees
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let Some(description) = system.description.as_ref().filter(|description| description.damage.is_none()) else {
            continue;
        };
        check_one(description, &system.description_path, round, findings);
    }
}

fn check_one(description: &SystemDescription, path: &str, round: &Round, findings: &mut Findings) {
    let expected = round.statuses.keys().map(|status| format!("`{status}`")).collect::<Vec<_>>().join(", ");
    let Some(field) = description.get("Status") else {
        findings.at(path, 1, format!("there is no `Status`, expected one of {expected}"));
        return;
    };
    let found = field.as_str();
    let status = found.to_lowercase();
    if round.statuses.contains_key(&status) {
        return;
    }
    let what = if status.trim().is_empty() {
        "`Status` is empty".to_owned()
    } else {
        format!("`Status` is `{}`", field.shown())
    };
    let finding = findings.at(path, field.line, format!("{what}, expected one of {expected}"));
    if let Some(right) = round.status_meant(found) {
        finding.help(format!("write `\"Status\": \"{right}\"`"));
    }
}
