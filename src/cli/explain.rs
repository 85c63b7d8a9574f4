//! `tinyaudit explain` and `tinyaudit rules`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::print;
use crate::checks::RULES;
use crate::render::catalogue;
use crate::rule::rule_named;
use crate::spelling::nearest;

/// Say what a rule means, why it exists, what to do, and where it comes from.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's id, as findings show it in brackets
    rule: String,
}

/// List the rules.
#[derive(Debug, Args)]
pub struct Rules {
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
}

impl Explain {
    /// Explains the rule.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Some(rule) = rule_named(&self.rule) else {
            let near = nearest(&self.rule, RULES.iter().map(|rule| rule.id), self.rule.len() / 2);
            let hint =
                near.map_or_else(|| "`tinyaudit rules` lists them".to_owned(), |near| format!("did you mean {near}?"));
            anyhow::bail!("there is no rule {}; {hint}", self.rule);
        };
        let text = catalogue::explain(rule)?;
        print(|out| write!(out, "{text}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Rules {
    /// Lists the rules.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        print(|out| match self.format {
            Format::Table => write!(out, "{}", catalogue::list()),
            Format::Markdown => write!(out, "{}", catalogue::markdown()),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
