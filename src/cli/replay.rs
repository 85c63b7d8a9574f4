//! `tinyaudit replay`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::streams::{advance, open_tree, print, print_info, progress};
use super::{Input, ReportNeeds};
use crate::audit::rerun::{Inputs, read_model, replay_submission};
use crate::render::{json, rerun};

const EXAMPLES: &str = "\
Examples:
  tinyaudit replay submission --inputs datasets
  tinyaudit replay submission --inputs datasets --model kws_ref_model.tflite --benchmark kws

Exit codes: 0 every log that was compared is reproduced, 1 a log is not, which is not an error of the log if its device has
another arithmetic, 2 nothing could be compared.";

/// Arguments of `tinyaudit replay`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Replay {
    #[command(flatten)]
    input: Input,
    /// Folder of the official inputs, directly or in folders such as `kws01`
    ///
    /// If the code holds only the weights of a reference model, for example in a C table, its TFLite file in this folder is run.
    #[arg(long, value_name = "DIR")]
    inputs: PathBuf,
    /// Run this TFLite model; without it, one in the submission's code
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Compare only this benchmark
    #[arg(long, value_name = "NAME")]
    benchmark: Option<String>,
    /// Format of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// One paragraph per log
    Text,
    /// One JSON object
    Json,
}

impl Replay {
    /// Compares the accuracy logs with a model.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !self.inputs.is_dir() {
            bail!("{}: this is not a folder; --inputs names the folder of the official inputs", self.inputs.display());
        }
        let given = self.model.as_deref().map(read_model).transpose().map_err(anyhow::Error::msg)?;
        let tree = open_tree(&self.input.dir)?;
        let chosen = self.input.round(&tree)?;
        let wanted = ReportNeeds { evidence: true, ..ReportNeeds::default() };
        let report = self.input.report(&tree, chosen.round, None, wanted)?;
        let (inputs, only) = (Inputs::Folder(&self.inputs), self.benchmark.as_deref());
        let bar = progress("inferences");
        let outcome =
            replay_submission((&tree, &report), &inputs, given.as_ref(), only, &|done, all| advance(&bar, done, all));
        bar.finish_and_clear();
        if outcome.replayed.is_empty() {
            for (path, reason) in &outcome.not_compared {
                print_info(&format!("{path}: {reason}"));
            }
            bail!("no log was compared");
        }
        print(
            |out| if self.format == Format::Json { json::write(&outcome, out) } else { rerun::write(&outcome, out) },
        )?;
        Ok(if outcome.is_reproduced() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
