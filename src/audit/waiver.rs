//! Waivers: decisions of the review committee that a finding does not count.
//!
//! A waived finding stays in every output, marked with the reason. A waiver that does not match any finding is itself
//! reported as a finding, so that outdated waivers are noticed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks;
use super::figure::Kind;
use super::finding::{Decision, Finding};
use crate::model::Submission;
use crate::schema::{FileErrors, Problems, read_yaml};
use crate::source::is_inside;

/// A waiver. It must name at least one of rule, submitter and system.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Id of the rule whose findings are waived; without it, findings of every rule.
    #[serde(default)]
    pub rule: Option<String>,
    /// Only findings at paths that match this pattern; `*` matches any text, including `/`.
    #[serde(default)]
    pub path: Option<String>,
    /// Only findings of this submitter (folder name).
    #[serde(default)]
    pub submitter: Option<String>,
    /// Only findings of this system (folder name).
    #[serde(default)]
    pub system: Option<String>,
    /// The figures whose claimed values are accepted as they are. Without it, every figure that the findings affect is
    /// accepted, but only if the evidence gives the claimed value.
    #[serde(default)]
    pub figures: Vec<Kind>,
    /// Reason for the waiver; must not be empty.
    pub reason: String,
    /// Person or group that decided; must not be empty.
    pub decided_by: String,
    /// Date of the decision, for example `2024-04-17`.
    pub date: String,
    /// Only in this round, for example `v1.3`.
    #[serde(default)]
    pub round: Option<String>,
    /// Paths of the submitter or system in a submission, filled in by [`Waiver::placed`].
    #[serde(skip)]
    pub places: Option<Vec<String>>,
}

impl Waiver {
    /// Returns the waiver with the paths of its submitter or system in a submission.
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

    /// Describes in words what the waiver names.
    fn about(&self) -> String {
        let parts = [("", &self.rule), ("submitter ", &self.submitter), ("system ", &self.system)];
        let parts = parts.into_iter().filter_map(|(what, name)| Some(format!("{what}{}", name.as_ref()?)));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Whether the waiver applies in a round.
    #[must_use]
    pub fn is_of(&self, round: &str) -> bool {
        self.round.as_ref().is_none_or(|only| only == round)
    }

    /// Whether the waiver matches a finding by path and by rule, or by the rule that could not be decided.
    #[must_use]
    pub fn covers(&self, finding: &Finding) -> bool {
        let is_placed = |places: &Vec<String>| places.iter().any(|place| is_inside(&finding.path, place));
        rules_of(finding).any(|id| self.rule.as_ref().is_none_or(|rule| rule == id))
            && Pattern::of(self.path.as_deref().unwrap_or("*")).fits(&finding.path)
            && self.places.as_ref().is_none_or(is_placed)
    }

    /// Returns the decision without its scope.
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

/// Maximum number of waivers in a file, since every finding is compared with each. Past rounds had up to forty.
const MOST: usize = 1000;

/// Largest file of waivers that a package carries, in bytes.
pub(crate) const MAX_FILE: u64 = 1 << 20;

/// Reads a list of waivers; `file` is what errors call it.
///
/// # Errors
/// When the text is not a list of waivers: all structural errors. When rules do not exist, dates are not dates or
/// reasons are empty: all of these.
pub fn parse(text: &str, file: &str) -> Result<Vec<Waiver>, FileErrors> {
    let waivers: Vec<Waiver> = read_yaml(file, text)?;
    let mut problems = Problems::new(file, text);
    if waivers.len() > MOST {
        problems.report("", format!("the file has {} waivers; expected at most {MOST}", waivers.len()));
    }
    for (index, waiver) in waivers.iter().enumerate() {
        if let Some(rule) = waiver.rule.as_deref().filter(|rule| checks::retired(rule).is_none())
            && let Err(message) = checks::expect_rule(rule)
        {
            problems.report(format!("/{index}/rule"), message);
        }
        if waiver.about().is_empty() {
            problems.report(format!("/{index}"), "the waiver has none of the keys `rule`, `system`, `submitter`");
        }
        for (field, text) in [("reason", &waiver.reason), ("decided_by", &waiver.decided_by)] {
            if text.trim().is_empty() {
                problems.report(format!("/{index}/{field}"), format!("`{field}` is empty"));
            }
        }
        let date = &waiver.date;
        if date.parse::<jiff::civil::Date>().is_err() || date.len() != "2024-04-17".len() {
            problems
                .report(format!("/{index}/date"), format!("`date` is `{date}`; expected a date such as 2024-04-17"));
        }
    }
    problems.finish()?;
    Ok(waivers)
}

/// Returns the rule ids by which a waiver may refer to a finding.
pub(crate) fn rules_of(finding: &Finding) -> impl Iterator<Item = &'static str> {
    std::iter::once(finding.rule.id).chain(finding.undecided.map(|rule| rule.id))
}

/// Returns a finding for each waiver that does not match any of the given findings.
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
        let message = format!("the waiver for {}{at} does not match any finding", waiver.about());
        Finding::new(&checks::waiver_unused::CHECK.rule, file, 0, &message)
    };
    waivers.iter().filter(covers_none).map(report).collect()
}

/// A pattern of paths in which `*` matches any text.
struct Pattern<'a> {
    head: &'a str,
    /// Texts between the first and the last star.
    parts: Vec<&'a str>,
    /// Text after the last star; `None` if the pattern does not contain a star.
    tail: Option<&'a str>,
    /// Minimum length of a matching path in bytes.
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
        // Taking the first match of each part leaves the most text for the later ones, so no backtracking is needed.
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
    fn a_star_matches_any_text() {
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
