//! The rule catalogue, out of the rules' own documentation.

use std::fmt::Write;

use crate::checks::RULES;
use crate::round::{Round, RoundError};
use crate::rule::Rule;

/// Everything there is to know of a rule, for a person.
///
/// # Errors
/// When a built-in round cannot be read.
pub fn explain(rule: &Rule) -> Result<String, RoundError> {
    let mut out = format!("{} ({})\n\n{}\n", rule.id, rule.severity.name(), rule.title());
    let explanation = rule.explanation();
    if !explanation.is_empty() {
        let _ = write!(out, "\n{explanation}\n");
    }
    let _ = write!(out, "\nWhat to do: {}\nSource: {}\nRounds: {}\n", rule.help(), rule.source(), rounds(rule)?);
    if !rule.explains.is_empty() {
        let _ = writeln!(out, "Leaves out what follows from it: {}", rule.explains.join(", "));
    }
    Ok(out)
}

/// Which severity the rule has in which round.
fn rounds(rule: &Rule) -> Result<String, RoundError> {
    let mut said = Vec::new();
    for name in Round::names() {
        let round = Round::named(name)?;
        let own = round.severities.get(rule.id).and_then(|divisions| divisions.get("*")).copied();
        said.push(format!("{name} {}", own.unwrap_or(rule.severity).name()));
    }
    Ok(said.join(", "))
}

/// All rules, a line each.
#[must_use]
pub fn list() -> String {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in RULES {
        let _ = writeln!(out, "{:widest$}  {:7}  {}", rule.id, rule.severity.name(), rule.title());
    }
    out
}

/// The catalogue as Markdown, `rules/README.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# The rules\n\nWritten by `tinyaudit rules --format markdown` from the rules' own documentation. The rounds beside this file say\nwhat each round demands; they may make a rule graver or lighter.\n",
    );
    for rule in RULES {
        let _ = write!(out, "\n## {}\n\n**{}.** {}\n", rule.id, rule.severity.name(), rule.title());
        let explanation = rule.explanation();
        if !explanation.is_empty() {
            let _ = write!(out, "\n{explanation}\n");
        }
        let _ = write!(out, "\n*What to do:* {}\n\n*Source:* {}\n", rule.help(), rule.source());
    }
    out
}
