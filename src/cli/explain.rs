//! `tinyaudit explain` and `tinyaudit rules`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::print;
use crate::audit::checks::{retired, rule_named, rules};
use crate::audit::coverage::entry_named;
use crate::audit::rule::{Group, Rule};
use crate::render::{catalogue, json};
use crate::round::Round;
use crate::round::spelling::nearest;

const EXAMPLES: &str = "\
Examples:
  tinyaudit explain window-too-short
  tinyaudit explain log-integrity/results-match-log    an entry of the sourced catalogue";

/// Say what a rule means, why it exists, what to do, and where it comes from.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// The rule's id, as findings show it in brackets, or a part of it, which lists all that contain it; or an entry of the
    /// sourced catalogue
    rule: String,
}

/// List the rules.
#[derive(Debug, Args)]
pub struct Rules {
    /// The round whose severities are shown [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Only rules of this group, in the table
    #[arg(long, conflicts_with = "format")]
    group: Option<Group>,
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A line each
    #[default]
    Table,
    /// The whole catalogue (rules/README.md)
    Markdown,
    /// One JSON object (schemas/rules.schema.json)
    Json,
}

impl Explain {
    /// Explains the rule.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Some(rule) = rule_named(&self.rule) else {
            if let Some(entry) = entry_named(&self.rule) {
                print(|out| write!(out, "{}", catalogue::explain_entry(entry)))?;
                return Ok(ExitCode::SUCCESS);
            }
            if let Some(reason) = retired(&self.rule) {
                print(|out| writeln!(out, "{} was taken out: {reason}", self.rule))?;
                return Ok(ExitCode::SUCCESS);
            }
            // A part of a name is enough where it is one rule's, and lists the rules where it is that of several.
            let part = self.rule.to_lowercase().replace([' ', '_'], "-");
            let alike: Vec<_> = rules().filter(|rule| !part.is_empty() && rule.id.contains(&part)).collect();
            match alike[..] {
                [] => {}
                [only] => return explain(only),
                _ => {
                    let width = alike.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
                    print(|out| {
                        alike.iter().try_for_each(|rule| writeln!(out, "{:<width$}  {}", rule.id, rule.title()))
                    })?;
                    return Ok(ExitCode::SUCCESS);
                }
            }
            let near = nearest(&self.rule, rules().map(|rule| rule.id), self.rule.len() / 2);
            let hint =
                near.map_or_else(|| "`tinyaudit rules` lists them".to_owned(), |near| format!("did you mean {near}?"));
            anyhow::bail!("there is no rule {}; {hint}", self.rule);
        };
        explain(rule)
    }
}

/// Prints what a rule means.
fn explain(rule: &Rule) -> anyhow::Result<ExitCode> {
    let text = catalogue::explain(rule)?;
    print(|out| write!(out, "{text}"))?;
    Ok(ExitCode::SUCCESS)
}

impl Rules {
    /// Lists the rules.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        print(|out| match self.format {
            Format::Json => json::write(&catalogue::Catalogue::of(&round), out),
            Format::Table => write!(out, "{}", catalogue::list(&round, self.group)),
            Format::Markdown => write!(out, "{}", catalogue::markdown()),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
