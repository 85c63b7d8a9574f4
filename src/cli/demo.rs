//! `tinyaudit demo`

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::run::{Dialect, profile_named};
use super::streams::{advance, progress};
use crate::round::{Round, Runner};
use crate::submit::demo::{self, Demo};

const EXAMPLES: &str = "\
Examples:
  tinyaudit demo example --round v1.3                         all built-in systems
  tinyaudit demo example --profile fpga --benchmark ic        one system, one benchmark";

/// Make a complete submission of simulated systems, every session really run on a virtual clock.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoCommand {
    /// Where to write it; the folder must not exist
    dir: PathBuf,
    /// The round it is for [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// A device profile, built in or a file; may be repeated [default: all built-in profiles]
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// Only this benchmark; may be repeated
    #[arg(long = "benchmark", value_name = "NAME")]
    benchmarks: Vec<String>,
    /// Whose session files to write [default: the runner the round prefers]
    #[arg(long, value_enum)]
    dialect: Option<Dialect>,
    /// Name of the submitter
    #[arg(long, default_value = "ExampleCo")]
    submitter: String,
    /// Name of the division
    #[arg(long, default_value = "closed")]
    division: String,
}

impl DemoCommand {
    /// Runs everything and writes the submission.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        let names = if self.profiles.is_empty() {
            crate::testbench::simulator::Profile::names().into_iter().map(str::to_owned).collect()
        } else {
            self.profiles.clone()
        };
        let preferred = if round.runners.mlcommons.benchmarks.is_empty() { Runner::Eembc } else { Runner::Mlcommons };
        let dialect = self.dialect.map_or(preferred, Dialect::runner);
        let systems: anyhow::Result<Vec<_>> =
            names.iter().map(|name| Ok((Arc::new(profile_named(name)?), dialect))).collect();
        let allowed = &round.runners.get(dialect).benchmarks;
        let wanted: Vec<&String> = match &self.benchmarks[..] {
            [] => round.benchmarks.keys().collect(),
            names => names.iter().collect(),
        };
        if !wanted.iter().any(|name| allowed.contains(name)) {
            let wanted = wanted.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let other = if dialect == Runner::Eembc { "mlcommons" } else { "eembc" };
            anyhow::bail!(
                "{} does not permit the {} for {wanted}, so there is nothing to write; take --dialect {other} or another --round",
                round.name,
                dialect.title()
            );
        }
        if self.dir.exists() {
            anyhow::bail!("{} is there already; name a folder that is not", self.dir.display());
        }
        let demo = Demo {
            round: &round,
            division: &self.division,
            submitter: &self.submitter,
            systems: systems?,
            benchmarks: self.benchmarks.clone(),
        };
        let bar = progress("sessions");
        let written = demo::write(&demo, &self.dir, &mut |done, all| advance(&bar, done, all));
        bar.finish_and_clear();
        written.with_context(|| format!("{} is incomplete", self.dir.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
