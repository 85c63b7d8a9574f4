//! `tinyaudit weights`: fingerprints of a model's weights, as `rules/weights` has them.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::streams::{print, print_info};
use crate::audit::rerun::model_bytes;
use crate::infer::Model;
use crate::infer::weights::{Form, Print, alive_multiply_adds, forms_of, lines_of};

const EXAMPLES: &str = "\
Examples:
  tinyaudit weights model_int8.tflite model_float.tflite

Exit codes: 0 the fingerprints were printed, 2 a file is not a TFLite model.";

/// Arguments of `tinyaudit weights`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Weights {
    /// TFLite models of one reference: int8, floating point, or both
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<PathBuf>,
}

impl Weights {
    /// Prints the fingerprints.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut prints = Vec::new();
        for path in &self.models {
            let bytes = model_bytes(path).map_err(anyhow::Error::msg)?;
            let mut of_model = forms_of(&bytes).with_context(|| path.display().to_string())?;
            // One sample per tensor: those of real weights, which come later, are nearer to the reference.
            if of_model.iter().any(|print| print.form == Form::Equalised) {
                prints.retain(|print: &Print| print.form != Form::Equalised);
            }
            prints.append(&mut of_model);
            if let Ok(model) = Model::parse(&bytes) {
                print_info(&format!(
                    "{}: {} multiply-adds per inference; {} without channels whose weights are all zero",
                    path.display(),
                    model.multiply_adds(),
                    alive_multiply_adds(&model)
                ));
            }
        }
        prints.sort_by(|a, b| (a.form, &a.shape, a.sum).cmp(&(b.form, &b.shape, b.sum)));
        print(|out| write!(out, "{}", lines_of(&prints)))?;
        Ok(ExitCode::SUCCESS)
    }
}
