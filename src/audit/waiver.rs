//! Waivers: decisions of the review committee that a finding does not count.
//!
//! A waived finding stays in every output, marked and with its reason. A waiver that covers nothing is itself a
//! finding, so that decisions do not outlive their cause.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{self, rule_named};
use super::figure::Kind;
use super::finding::{Decision, Finding};
use crate::model::Submission;
use crate::source::is_inside;

/// One decision, about a rule, a system or a submitter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule whose findings do not count; every rule, where none is named.
    #[serde(default)]
    pub rule: Option<String>,
    /// The paths of these findings; `*` stands for any text.
    #[serde(default)]
    pub path: Option<String>,
    /// Only findings on this submitter, by the name of its folder.
    #[serde(default)]
    pub submitter: Option<String>,
    /// Only findings on this system, by the name of its folder.
    #[serde(default)]
    pub system: Option<String>,
    /// The figures whose claim stands by it. Without them it lets through all figures that the findings are about, as far as the
    /// evidence gives what is claimed.
    #[serde(default)]
    pub figures: Vec<Kind>,
    /// Why they do not count.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When, `2024-04-17`.
    pub date: String,
    /// Only in this round.
    #[serde(default)]
    pub round: Option<String>,
    /// The folders and files of submitter and system in a tree.
    #[serde(skip)]
    pub places: Option<Vec<String>>,
}

impl Waiver {
    /// The same, with where its submitter and system are in a tree.
    #[must_use]
    pub fn placed(&self, submission: &Submission) -> Self {
        let submitter = |name: &str| self.submitter.as_ref().is_none_or(|only| only == name);
        let places = match (&self.submitter, &self.system) {
            (None, None) => None,
            (Some(_), None) => {
                let own = submission.submitters.iter().filter(|one| submitter(&one.name));
                Some(own.map(|one| one.path.clone()).collect())
            }
            (_, Some(system)) => {
                let own = submission.systems.iter().filter(|one| one.name == *system && submitter(&one.submitter));
                Some(own.flat_map(|one| [one.path.clone(), one.description_path.clone()]).collect())
            }
        };
        Self { places, ..self.clone() }
    }

    /// What it is about, in words.
    fn about(&self) -> String {
        let parts = [("", &self.rule), ("submitter ", &self.submitter), ("system ", &self.system)];
        let parts = parts.into_iter().filter_map(|(what, name)| Some(format!("{what}{}", name.as_ref()?)));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Whether it counts in a round.
    #[must_use]
    pub fn is_of(&self, round: &str) -> bool {
        self.round.as_ref().is_none_or(|only| only == round)
    }

    /// Whether it covers a finding: of its rule, or of the rule that could not be decided, in its place.
    #[must_use]
    pub fn covers(&self, finding: &Finding) -> bool {
        let is_placed = |places: &Vec<String>| places.iter().any(|place| is_inside(&finding.path, place));
        rules_of(finding).any(|id| self.rule.as_ref().is_none_or(|rule| rule == id))
            && Pattern::of(self.path.as_deref().unwrap_or("*")).fits(&finding.path)
            && self.places.as_ref().is_none_or(is_placed)
    }

    /// The decision it is.
    #[must_use]
    pub fn decision(&self) -> Decision {
        Decision {
            reason: self.reason.clone(),
            decided_by: self.decided_by.clone(),
            date: self.date.clone(),
            figures: self.figures.clone(),
        }
    }
}

/// Why a file holds no waivers.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct WaiverError {
    /// The file.
    file: String,
    /// What is wrong, with line and column.
    reason: String,
}

/// Most waivers of a list: every finding is held against each of them. A round has had forty.
const MOST: usize = 1000;

/// Most bytes of the decisions that a package carries.
pub const MAX_FILE: u64 = 1 << 20;

/// Reads a list of waivers.
///
/// # Errors
/// When the text is none, or names a rule that does not exist.
pub fn parse(text: &str, file: &str) -> Result<Vec<Waiver>, WaiverError> {
    let failed = |reason: String| WaiverError { file: file.to_owned(), reason };
    let waivers: Vec<Waiver> = serde_yaml::from_str(text).map_err(|error| failed(error.to_string()))?;
    if waivers.len() > MOST {
        return Err(failed(format!("there are {} waivers, expected at most {MOST}", waivers.len())));
    }
    for waiver in &waivers {
        if let Some(rule) =
            waiver.rule.as_ref().filter(|rule| rule_named(rule).is_none() && checks::retired(rule).is_none())
        {
            return Err(failed(format!("there is no rule {rule}")));
        }
        let about = waiver.about();
        if about.is_empty() {
            return Err(failed("a waiver names a rule, a system or a submitter".to_owned()));
        }
        for (field, text) in [("reason", &waiver.reason), ("decided_by", &waiver.decided_by)] {
            if text.trim().is_empty() {
                return Err(failed(format!("the waiver of {about} has an empty {field}")));
            }
        }
        if waiver.date.parse::<jiff::civil::Date>().is_err() || waiver.date.len() != "2024-04-17".len() {
            let found = &waiver.date;
            return Err(failed(format!(
                "the waiver of {about} has the date `{found}`, expected one such as 2024-04-17"
            )));
        }
    }
    Ok(waivers)
}

/// The rules by which a waiver may name a finding.
pub fn rules_of(finding: &Finding) -> impl Iterator<Item = &'static str> {
    std::iter::once(finding.rule.id).chain(finding.undecided.map(|rule| rule.id))
}

/// Findings of the waivers that cover none of the findings of a tree.
#[must_use]
pub fn unused<'a>(findings: impl Iterator<Item = &'a Finding>, waivers: &[Waiver], file: &str) -> Vec<Finding> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        for id in rules_of(finding) {
            by_rule.entry(id).or_default().push(finding);
        }
    }
    let covers_none = |waiver: &&Waiver| match &waiver.rule {
        Some(rule) => !by_rule.get(rule.as_str()).is_some_and(|own| own.iter().any(|one| waiver.covers(one))),
        None => !by_rule.values().flatten().any(|one| waiver.covers(one)),
    };
    let report = |waiver: &Waiver| {
        let at = waiver.path.as_ref().map_or_else(String::new, |path| format!(" at `{path}`"));
        let message = format!("the waiver of {}{at} covers nothing", waiver.about());
        Finding::new(&checks::waiver_unused::CHECK.rule, file, 0, &message)
    };
    waivers.iter().filter(covers_none).map(report).collect()
}

/// A pattern of paths in which `*` stands for any text.
struct Pattern<'a> {
    head: &'a str,
    /// What stands between stars.
    parts: Vec<&'a str>,
    /// What stands behind the last star; `None` where there is none.
    tail: Option<&'a str>,
    /// Bytes that a path has at least.
    least: usize,
}

impl<'a> Pattern<'a> {
    fn of(pattern: &'a str) -> Self {
        let mut parts = pattern.split('*');
        let (head, tail) = (parts.next().unwrap_or_default(), parts.next_back());
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let least = head.len() + parts.iter().map(|part| part.len()).sum::<usize>() + tail.map_or(0, str::len);
        Self { head, parts, tail, least }
    }

    fn fits(&self, path: &str) -> bool {
        let Some(tail) = self.tail else { return self.head == path };
        let Some(mut path) = path.strip_prefix(self.head).filter(|_| path.len() >= self.least) else { return false };
        // The first place a part fits leaves the most for those behind it: nothing has to be tried again.
        for part in &self.parts {
            let Some(at) = path.find(part) else { return false };
            path = &path[at + part.len()..];
        }
        path.ends_with(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::of(pattern).fits(path)
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("closed/*/ad/*.txt", "closed/x/results/y/ad/log.txt"));
        assert!(matches("a", "a") && !matches("a", "ab") && matches("*", ""));
        assert!(!matches("closed/*/ic/*", "closed/x/ad/log.txt") && !matches("a*a", "a") && matches("*b*b", "abcb"));
        assert!(matches("**a***", "a") && !matches("*aa*aa", "aaa") && matches("", "") && !matches("", "a"));
        assert!(!matches(&format!("{}x", "*a".repeat(40)), &"a".repeat(4000)));
    }

    #[test]
    fn waivers_name_rules_that_exist() {
        let text = "- {rule: no-such-rule, path: '*', reason: r, decided_by: d, date: 2024-01-01}";
        assert!(parse(text, "w.yaml").unwrap_err().to_string().contains("no-such-rule"));
        assert!(parse(&text.replace("no-such-rule", "model-not-reference"), "w.yaml").is_ok());
        assert!(parse("- {rule: window-count}", "w.yaml").is_err());
        let with = |reason: &str, by: &str, date: &str| {
            let text =
                format!("- {{rule: window-count, path: '*', reason: '{reason}', decided_by: '{by}', date: '{date}'}}");
            parse(&text, "w.yaml").is_ok()
        };
        assert!(with("r", "d", "2024-04-17"));
        assert!(!with(" ", "d", "2024-04-17") && !with("r", "", "2024-04-17"));
        assert!(!with("r", "d", "2024-02-30") && !with("r", "d", "soon") && !with("r", "d", ""));
    }
}
