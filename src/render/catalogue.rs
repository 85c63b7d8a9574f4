//! The rule catalogue, generated from the documentation of the rules.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::checks::rules;
use crate::audit::coverage::{Entry, entries};
use crate::audit::figure::{Kind, Status};
use crate::audit::rule::{Affects, Group, Need, Rule};
use crate::round::{Round, RoundError, Severity};

/// An example finding of a rule, from its first case file (`rules/examples.yaml`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// The file, relative to the submitter's folder.
    pub path: String,
    /// The message.
    pub message: String,
}

/// Returns an example of every rule, by id.
#[must_use]
pub fn examples() -> &'static BTreeMap<String, Example> {
    static EXAMPLES: LazyLock<BTreeMap<String, Example>> = LazyLock::new(|| {
        // A test checks that every rule has one.
        serde_yaml::from_str(include_str!("../../rules/examples.yaml")).unwrap_or_default()
    });
    &EXAMPLES
}

/// Formats everything known about a rule as text.
///
/// # Errors
/// When a built-in round cannot be read.
pub fn explain(rule: &Rule) -> Result<String, RoundError> {
    let mut out = format!("{} ({})\n\n{}\n", rule.id, rule.severity.name(), rule.title());
    let explanation = rule.explanation();
    if !explanation.is_empty() {
        let _ = write!(out, "\n{explanation}\n");
    }
    if let Some(example) = examples().get(rule.id) {
        let _ = write!(out, "\nExample: {}: {}\n", example.path, example.message);
    }
    let _ = write!(
        out,
        "\nWhat to do: {}\nSource: {}\nOfficial checker: {}\nRounds: {}\n",
        rule.help(),
        rule.source(),
        rule.official_checker(),
        rounds(rule)?
    );
    let _ = writeln!(out, "Affects: {}", affects(rule));
    let needs: Vec<String> = rule.needs.iter().map(need).collect();
    if !needs.is_empty() {
        let _ = writeln!(out, "Needs: {}", needs.join(", "));
    }
    let blocked = rules().filter(|other| other.needs.iter().any(|need| need.id == rule.id));
    let blocked: Vec<&str> = blocked.map(|other| other.id).collect();
    if !blocked.is_empty() {
        let _ = writeln!(out, "Blocks when it fails: {}", blocked.join(", "));
    }
    let decides: Vec<&str> = entries()
        .iter()
        .filter(|entry| entry.rules.iter().any(|id| id == rule.id))
        .map(|entry| entry.entry.as_str())
        .collect();
    if !decides.is_empty() {
        let _ = writeln!(out, "Decides: {}", decides.join(", "));
    }
    Ok(out)
}

/// Formats what a rule affects, and the status that follows if it does not pass.
fn affects(rule: &Rule) -> String {
    let what = match rule.affects {
        Affects::Nothing => return "no figure".to_owned(),
        Affects::Result => "the result as such".to_owned(),
        Affects::Figures(kinds) if kinds.len() == Kind::ALL.len() => "every figure".to_owned(),
        Affects::Figures(kinds) => kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
    };
    let fails = if rule.proves { Status::Unproven } else { rule.fails };
    format!("{what} ({fails} unless it passes)")
}

fn need(need: &Need) -> String {
    need.mode.map_or_else(|| need.id.to_owned(), |mode| format!("{} of the {mode} run", need.id))
}

/// Formats how tinyaudit covers an entry of the sourced rule catalogue.
#[must_use]
pub(crate) fn explain_entry(entry: &Entry) -> String {
    let mut out = format!("{}\n\n{}\n", entry.entry, fate(entry));
    if let Some(reminder) = &entry.reminder {
        let _ = write!(out, "\nReminder: {reminder}\n");
    }
    out
}

fn fate(entry: &Entry) -> String {
    match (&entry.command, &entry.does, &entry.undecidable) {
        (Some(command), Some(does), _) => format!("done by `tinyaudit {command}`: {does}"),
        (.., Some(reason)) => format!("cannot be decided from a submission: {reason}"),
        _ => format!("checked by {}", entry.rules.join(", ")),
    }
}

/// Formats the severity of a rule in every round.
fn rounds(rule: &Rule) -> Result<String, RoundError> {
    let mut rounds = Vec::new();
    for name in Round::names() {
        rounds.push(format!("{name} {}", severity(rule, &Round::named(name)?).name()));
    }
    Ok(rounds.join(", "))
}

/// Returns the severity of a rule in a round for all divisions.
fn severity(rule: &Rule, round: &Round) -> Severity {
    let own = round.severities.get(rule.id).and_then(|divisions| divisions.get("*")).copied();
    own.unwrap_or(rule.severity)
}

fn widest_id() -> usize {
    rules().map(|rule| rule.id.len()).max().unwrap_or(0)
}

/// Returns the column at which the titles of [`list`] start.
#[must_use]
pub(crate) fn title_column() -> usize {
    widest_id() + "  warning  ".len()
}

/// Lists all rules, or those of a group, one line each, with their severity in a round.
#[must_use]
pub(crate) fn list(round: &Round, group: Option<Group>) -> String {
    let widest = widest_id();
    let mut out = String::new();
    for rule in rules().filter(|rule| group.is_none_or(|only| rule.group == only)) {
        let _ = writeln!(out, "{:widest$}  {:7}  {}", rule.id, severity(rule, round).name(), rule.title());
    }
    out
}

/// Renders the catalogue as Markdown, which is `rules/README.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# The rules\n\nGenerated by `tinyaudit rules --format markdown` from the documentation of the rules. The round files beside this file\nsay what each round requires; they may change the severity of a rule.\n",
    );
    for rule in rules() {
        let _ = write!(out, "\n## {}\n\n**{}.** {}\n", rule.id, rule.severity.name(), rule.title());
        let explanation = rule.explanation();
        if !explanation.is_empty() {
            let _ = write!(out, "\n{explanation}\n");
        }
        if let Some(example) = examples().get(rule.id) {
            let message = example.message.replace('`', "'");
            let _ = write!(out, "\n*Example:* `{}: {message}`\n", example.path);
        }
        let (help, source, official) = (rule.help(), rule.source(), rule.official_checker());
        let _ = write!(out, "\n*What to do:* {help}\n\n*Official checker:* {official}\n\n*Source:* {source}\n");
    }
    out.push_str("\n# Coverage\n\nHow tinyaudit covers each entry of the sourced rule catalogue of MLPerf Tiny.\n\n| entry | |\n|---|---|\n");
    for entry in entries() {
        let _ = writeln!(out, "| {} | {} |", entry.entry, fate(entry));
    }
    out
}

/// What `rules --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "tinyaudit rules")]
pub struct Catalogue {
    /// The round whose severities are listed.
    round: String,
    /// Every rule, sorted by id.
    rules: Vec<RuleEntry>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RuleEntry {
    id: &'static str,
    group: Group,
    severity: Severity,
    title: &'static str,
    explanation: String,
    help: String,
    official_checker: String,
    source: String,
    example: Option<Example>,
}

impl Catalogue {
    /// Builds the catalogue with the severities of a round.
    #[must_use]
    pub(crate) fn new(round: &Round) -> Self {
        let rules = rules()
            .map(|rule| RuleEntry {
                id: rule.id,
                group: rule.group,
                severity: severity(rule, round),
                title: rule.title(),
                explanation: rule.explanation(),
                help: rule.help(),
                official_checker: rule.official_checker(),
                source: rule.source(),
                example: examples().get(rule.id).cloned(),
            })
            .collect();
        Self { round: round.name.clone(), rules }
    }
}
