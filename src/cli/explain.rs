//! `tinyaudit explain` and `tinyaudit rules`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::{print, write_wrapped};
use crate::audit::checks::{retired, rule_named, rules};
use crate::audit::coverage::entry_named;
use crate::audit::rule::{Group, Rule};
use crate::render::{catalogue, json, round_changes};
use crate::round::Round;
use crate::schema::spelling::nearest;

const EXAMPLES: &str = "\
Examples:
  tinyaudit explain window-too-short
  tinyaudit explain window                             list the rules that contain `window`
  tinyaudit explain log-integrity/results-match-log    an official rule";

/// Arguments of `tinyaudit explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// Rule id, as printed in brackets before a finding, or a part of one
    ///
    /// If several ids contain the part, lists these rules. Also takes the name of an official rule, such as
    /// log-integrity/results-match-log.
    rule: String,
}

/// Arguments of `tinyaudit rules`.
#[derive(Debug, Args)]
pub struct Rules {
    /// Round whose rules apply, for example v1.3 [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// What changed between two rounds, and whether their figures can be compared
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["round", "group", "format"])]
    diff: Option<Vec<String>>,
    /// List only this group of rules
    #[arg(long, conflicts_with = "format")]
    group: Option<Group>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// One line per rule
    #[default]
    Table,
    /// Full catalogue, as in rules/README.md
    Markdown,
    /// One JSON object (schemas/rules.schema.json)
    Json,
}

impl Explain {
    /// Explains the rule.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Some(rule) = rule_named(&self.rule) else {
            if let Some(entry) = entry_named(&self.rule) {
                print(|out| write_wrapped(0, out, |out| write!(out, "{}", catalogue::explain_entry(entry))))?;
                return Ok(ExitCode::SUCCESS);
            }
            if let Some(reason) = retired(&self.rule) {
                print(|out| writeln!(out, "{} was removed: {reason}", self.rule))?;
                return Ok(ExitCode::SUCCESS);
            }
            // A part of an id explains the rule if only one matches, and lists the rules if several match.
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
            let hint = near
                .map_or_else(|| "`tinyaudit rules` lists all rules".to_owned(), |near| format!("did you mean {near}?"));
            anyhow::bail!("there is no rule {}; {hint}", self.rule);
        };
        explain(rule)
    }
}

/// Prints the explanation of a rule.
fn explain(rule: &Rule) -> anyhow::Result<ExitCode> {
    let text = catalogue::explain(rule)?;
    print(|out| write_wrapped(0, out, |out| write!(out, "{text}")))?;
    Ok(ExitCode::SUCCESS)
}

impl Rules {
    /// Lists the rules.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if let Some([old, new]) = self.diff.as_deref() {
            let (old, new) = (Round::named(old)?, Round::named(new)?);
            print(|out| write_wrapped(4, out, |out| round_changes::write(&old, &new, out)))?;
            return Ok(ExitCode::SUCCESS);
        }
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        print(|out| match self.format {
            Format::Json => json::write(&catalogue::Catalogue::new(&round), out),
            Format::Table => write_wrapped(catalogue::title_column(), out, |out| {
                write!(out, "{}", catalogue::list(&round, self.group))
            }),
            Format::Markdown => write!(out, "{}", catalogue::markdown()),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
