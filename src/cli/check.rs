//! `tinyaudit check`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{EXIT_CODES, Input, print, styled};
use crate::render;
use crate::round::Severity;

/// Recompute every score of a submission, compare it with the claim, and hold the rules of the round against it.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Check {
    #[command(flatten)]
    input: Input,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The least severity that fails the check
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Annotated excerpts for people
    #[default]
    Text,
    /// One JSON object (schemas/check.schema.json)
    Json,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum FailOn {
    /// Errors fail
    #[default]
    Error,
    /// Warnings fail, too
    Warning,
    /// Everything fails
    Note,
}

impl Check {
    /// Checks and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let (report, round) = self.input.report()?;
        let threshold = match self.fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        };
        print(|out| match self.format {
            Format::Text => {
                writeln!(out, "{round}\n")?;
                render::text::write(&report, threshold, styled(), out)
            }
            Format::Json => render::json::write(&render::json::Check::of(&report, threshold), out),
        })?;
        Ok(if report.fails(threshold) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
