//! `tinyaudit results`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Input, print, terminal_width};
use crate::render;

/// List one row per system and benchmark: what is claimed beside what we recomputed.
#[derive(Debug, Args)]
pub struct Results {
    #[command(flatten)]
    input: Input,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A table for people
    #[default]
    Table,
    /// One JSON object (schemas/results.schema.json)
    Json,
}

impl Results {
    /// Recomputes and prints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let (report, round) = self.input.report()?;
        print(|out| match self.format {
            Format::Table => {
                writeln!(out, "{round}")?;
                render::table::write(&report, terminal_width(), out)
            }
            Format::Json => render::json::write(&render::json::Results::of(&report), out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
