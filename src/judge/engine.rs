//! The engine: holds every rule against a submission, and leaves out what another finding explains.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::rule::{Finding, Findings, Rule, Severity};
use super::rules::RULES;
use crate::read::submission::Submission;
use crate::read::tree::around;
use crate::round::Round;

/// Holds the rules that need evidence against a submission of one result, while its evidence is at hand.
#[must_use]
pub fn check_evidence(result: &Submission, round: &Round) -> Vec<Finding> {
    let rules = RULES.iter().filter(|rule| rule.needs_evidence);
    rules.flat_map(|rule| run(rule, result, round)).collect()
}

/// Holds all other rules against a submission, in parallel, and adds what was found in the evidence of its results.
#[must_use]
pub fn check(submission: &Submission, round: &Round, in_evidence: Vec<Finding>) -> Vec<Finding> {
    let rules = RULES.par_iter().filter(|rule| !rule.needs_evidence);
    let mut found: Vec<Finding> = rules.flat_map_iter(|rule| run(rule, submission, round)).collect();
    found.extend(in_evidence);
    found
}

/// Puts findings in order: by path, line, rule and message.
pub fn sort(found: &mut [Finding]) {
    found.sort_by(|a, b| (&a.path, a.line, a.rule.id, &a.message).cmp(&(&b.path, b.line, b.rule.id, &b.message)));
}

fn run(rule: &'static Rule, submission: &Submission, round: &Round) -> Vec<Finding> {
    let mut found = Findings::of(rule, submission, round);
    for finding in &mut found {
        finding.severity = severity(finding, submission, round);
    }
    found
}

/// Takes out, and returns, what follows from a cause: findings of rules that an error in the same folder, or in one around
/// it, explains. A cause that was waived goes on to explain: its consequences do not take its place.
pub fn take_out_explained(found: &mut Vec<Finding>) -> Vec<Finding> {
    let is_cause = |finding: &&Finding| finding.severity == Severity::Error && !finding.rule.explains.is_empty();
    let causes: BTreeSet<(&str, &str)> = found
        .iter()
        .filter(is_cause)
        .flat_map(|finding| finding.rule.explains.iter().map(|explained| (folder_of(&finding.path), *explained)))
        .collect();
    let is_explained =
        |finding: &Finding| around(&finding.path).any(|folder| causes.contains(&(folder, finding.rule.id)));
    let explained: Vec<bool> = found.iter().map(is_explained).collect();
    let mut explained = explained.into_iter();
    found.extract_if(.., |_| explained.next() == Some(true)).collect()
}

/// The folder of a file; a path without an ending is taken for a folder itself.
fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, name)) if name.contains('.') => folder,
        _ => path,
    }
}

/// The round's word on the severity, for the division the finding lies in.
fn severity(finding: &Finding, submission: &Submission, round: &Round) -> Severity {
    let Some(own) = round.severities.get(finding.rule.id) else { return finding.rule.severity };
    let division = submission.submitter_of(&finding.path).map(|submitter| submitter.division.as_str());
    own.get(division.unwrap_or_default()).or_else(|| own.get("*")).copied().unwrap_or(finding.rule.severity)
}
