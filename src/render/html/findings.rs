//! Findings by consequence and rule, most severe first.

use serde::Serialize;

use super::index::{FindingEntry, Index, key};
use crate::audit::consequence::{Consequence, is_absence};
use crate::audit::finding::Finding;
use crate::parse::location::Line;
use crate::render::letter::withheld;
use crate::render::text;
use crate::render::untrusted::Untrusted;

/// The findings of one consequence.
#[derive(Debug, Serialize)]
pub struct Part {
    key: &'static str,
    title: String,
    count: usize,
    rules: Vec<RulePart>,
}

/// The findings of one rule.
#[derive(Debug, Serialize)]
struct RulePart {
    anchor: String,
    id: &'static str,
    title: &'static str,
    explanation: String,
    source: String,
    severity: &'static str,
    /// How many there are; `findings` are those that the page lists.
    count: usize,
    findings: Vec<FindingPart>,
}

#[derive(Debug, Serialize)]
struct FindingPart {
    anchor: String,
    name: String,
    /// Numbers of the results it concerns, for filters.
    on: String,
    division: String,
    submitter: String,
    /// The path as JSON, for decisions.
    path: String,
    place: String,
    message: String,
    /// How many findings it stands for.
    count: usize,
    /// Whether something is missing rather than wrong.
    absence: bool,
    /// Whether it does not count because files are known to be absent.
    known_absent: bool,
    /// The message for letters, if paths of other submitters are withheld there.
    letter_message: Option<String>,
    excerpt: Option<String>,
    label: Option<String>,
    related: Vec<RelatedPart>,
    notes: Vec<String>,
    help: String,
    waived: Option<String>,
    /// The anchor of the evidence, if the finding belongs to one result.
    evidence: Option<String>,
}

#[derive(Debug, Serialize)]
struct RelatedPart {
    place: String,
    excerpt: Option<String>,
    label: String,
}

/// Returns all findings by consequence.
pub fn parts(index: &Index<'_>) -> Vec<Part> {
    let part = |consequence: Consequence| {
        let rules: Vec<RulePart> = index.groups(consequence).iter().map(|group| rule_part(index, group)).collect();
        let count = rules.iter().map(|rule| rule.count).sum();
        let title = consequence.to_string();
        let title = title[..1].to_uppercase() + &title[1..];
        Part { key: key(consequence), title, count, rules }
    };
    Consequence::ALL.into_iter().map(part).filter(|part| part.count > 0).collect()
}

fn rule_part(index: &Index<'_>, group: &[usize]) -> RulePart {
    let first = index.findings[group[0]].finding;
    RulePart {
        anchor: group_anchor(first),
        id: first.rule.id,
        title: first.rule.title(),
        explanation: first.rule.explanation(),
        source: first.rule.source(),
        severity: first.severity.name(),
        count: group.len(),
        findings: group.iter().filter(|at| index.findings[**at].listed).map(|at| finding_part(index, *at)).collect(),
    }
}

/// Returns the anchor of the findings of one rule.
pub fn group_anchor(first: &Finding) -> String {
    format!("g-{}-{}", first.severity.name(), first.rule.id)
}

/// Returns submitter, system and benchmark of a finding, as far as it belongs to one.
pub fn finding_name(index: &Index<'_>, one: &FindingEntry<'_>) -> String {
    if let Some(own) = one.own {
        return index.results[own].name();
    }
    let (_, submitter) = &one.owner;
    let path = &one.finding.path;
    let system = index
        .results
        .iter()
        .map(|entry| entry.system)
        .find(|system| *path == system.description_path || crate::source::is_inside(path, &system.path));
    match system {
        Some(system) => Untrusted(&format!("{submitter} · {}", system.name)).for_html(),
        None if submitter.is_empty() => "(no submitter)".to_owned(),
        None => Untrusted(submitter).for_html(),
    }
}

/// Formats path and line.
pub fn place(path: &str, line: Line) -> String {
    Untrusted(&text::place(path, line)).for_html()
}

/// Returns why a finding does not count; `None` if it counts.
pub fn waiver(finding: &Finding) -> Option<String> {
    finding.suppression.as_ref().map(|why| Untrusted(&why.to_string()).for_html())
}

fn finding_part(index: &Index<'_>, at: usize) -> FindingPart {
    let one = &index.findings[at];
    let finding = one.finding;
    let owner = index.report.submission.submitter_of(&finding.path);
    let letter_message = owner.map(|owner| withheld(&finding.message, index.report, owner));
    let numbers: Vec<String> = one.results.iter().map(ToString::to_string).collect();
    FindingPart {
        anchor: index.anchor(at),
        name: finding_name(index, one),
        on: numbers.join(" "),
        division: Untrusted(&one.owner.0).for_html(),
        submitter: Untrusted(&one.owner.1).for_html(),
        path: crate::render::json::quoted(&finding.path),
        place: place(&finding.path, finding.line),
        message: Untrusted(&finding.message).for_html(),
        count: finding.finding_count,
        absence: is_absence(finding),
        known_absent: finding.is_absent(),
        letter_message: letter_message
            .filter(|message| *message != finding.message)
            .map(|message| Untrusted(&message).for_html()),
        excerpt: finding.excerpt.as_deref().map(|text| Untrusted(text).for_html()),
        label: finding.label.as_deref().map(|text| Untrusted(text).for_html()),
        related: finding
            .related
            .iter()
            .map(|other| RelatedPart {
                place: place(&other.path, other.line),
                excerpt: other.excerpt.as_deref().map(|text| Untrusted(text).for_html()),
                label: Untrusted(&other.label).for_html(),
            })
            .collect(),
        notes: finding.notes.iter().map(|note| Untrusted(note).for_html()).collect(),
        help: Untrusted(&finding.help).for_html(),
        waived: waiver(finding),
        evidence: one.own.map(|own| index.results[own].anchor.clone()),
    }
}
