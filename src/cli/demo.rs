//! `tinyaudit demo`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::run::{Dialect, profile_named, refuse_other_model};
use super::streams::{advance, progress};
use crate::round::{Round, Runner};
use crate::submit::demo::{self, Demo};
use crate::testbench::runner::inputs::inputs_of;

const EXAMPLES: &str = "\
Examples:
  tinyaudit demo example --round v1.3                      all built-in profiles
  tinyaudit demo example --profile fpga --benchmark ic     one profile, one benchmark
  tinyaudit demo example --benchmark kws --model kws.tflite --datasets data";

/// Arguments of `tinyaudit demo`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoCommand {
    /// Folder to write; must not exist
    dir: PathBuf,
    /// Round whose rules apply, for example v1.3 [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
    /// Simulated device: a built-in profile or a file; repeatable [default: all built-in profiles]
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// Only this benchmark; repeatable
    #[arg(long = "benchmark", value_name = "NAME")]
    benchmarks: Vec<String>,
    /// TFLite model that the simulated devices run on the inputs, which are those of --datasets
    #[arg(long, value_name = "FILE", requires = "datasets", requires = "benchmarks")]
    model: Option<PathBuf>,
    /// Folder with the data sets, `<list>/<file>` [default: synthetic inputs]
    #[arg(long, value_name = "DIR")]
    datasets: Option<PathBuf>,
    /// Runner whose session files to write [default: the round's preferred runner]
    #[arg(long, value_enum)]
    dialect: Option<Dialect>,
    /// Name of the submitter
    #[arg(long, default_value = "ExampleCo")]
    submitter: String,
    /// Division, `closed` or `open`
    #[arg(long, default_value = "closed")]
    division: String,
}

impl DemoCommand {
    /// Runs all sessions and writes the submission.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        anyhow::ensure!(
            round.divisions.contains(&self.division),
            "--division: {} has the divisions {}",
            round.name,
            round.divisions.join(" and ")
        );
        let names = if self.profiles.is_empty() {
            crate::testbench::simulator::Profile::names().into_iter().map(str::to_owned).collect()
        } else {
            self.profiles.clone()
        };
        let preferred = if round.runners.mlcommons.benchmarks.is_empty() { Runner::Eembc } else { Runner::Mlcommons };
        let dialect = self.dialect.map_or(preferred, Dialect::runner);
        let model: Option<&Path> = self.model.as_deref();
        let system = |name: &String| -> anyhow::Result<_> {
            let profile = profile_named(name, model)?;
            self.benchmarks.iter().try_for_each(|benchmark| refuse_other_model(&profile, benchmark))?;
            Ok((Arc::new(profile), dialect))
        };
        let systems: anyhow::Result<Vec<_>> = names.iter().map(system).collect();
        let inputs = inputs_of(self.datasets.as_deref());
        let allowed = &round.runners.get(dialect).benchmarks;
        let wanted: Vec<&String> = match &self.benchmarks[..] {
            [] => round.benchmarks.keys().collect(),
            names => names.iter().collect(),
        };
        if !wanted.iter().any(|name| allowed.contains(name)) {
            let wanted = wanted.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let other = if dialect == Runner::Eembc { "mlcommons" } else { "eembc" };
            anyhow::bail!(
                "{} does not permit the {} for {wanted}, so nothing can be written; use --dialect {other} or another --round",
                round.name,
                dialect.title()
            );
        }
        if self.dir.exists() {
            anyhow::bail!("{} already exists; name a new folder", self.dir.display());
        }
        let demo = Demo {
            round: &round,
            division: &self.division,
            submitter: &self.submitter,
            systems: systems?,
            benchmarks: self.benchmarks.clone(),
            inputs: &*inputs,
        };
        let bar = progress("sessions");
        let written = demo::write(&demo, &self.dir, &mut |done, all| advance(&bar, done, all));
        bar.finish_and_clear();
        written.with_context(|| format!("{} is incomplete", self.dir.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
