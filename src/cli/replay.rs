//! `tinyaudit replay`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::streams::{advance, open_tree, print, print_info, progress};
use super::{Input, ReportNeeds};
use crate::render::json;
use crate::render::untrusted::Untrusted;
use crate::round::{Mode, Task};
use crate::submit::replay::{ChosenModel, Replayed, model_in_code, read_model, replay};

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

/// What `replay --format json` prints.
#[derive(Serialize)]
struct Outcome {
    /// Logs that were compared.
    replayed: Vec<Replayed>,
    /// Results that were not compared: path and reason.
    not_compared: Vec<(String, String)>,
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
        let mut outcome = Outcome { replayed: Vec::new(), not_compared: Vec::new() };
        for (system, benchmark) in report.results() {
            if self.benchmark.as_ref().is_some_and(|wanted| wanted != benchmark.short_name()) {
                continue;
            }
            let mut left_out = |reason: &str| outcome.not_compared.push((benchmark.path.clone(), reason.to_owned()));
            let (Some(spec), Some(run)) = (benchmark.spec(&report.round), benchmark.runs.get(&Mode::Accuracy)) else {
                left_out("there is no accuracy run");
                continue;
            };
            if spec.task == Task::Wakeword {
                left_out("detections cannot be decided from a model alone");
                continue;
            }
            let found: Option<ChosenModel>;
            let model = if let Some(given) = &given {
                given
            } else {
                let submitter = report.submission.submitter_of(&system.path);
                found = submitter.and_then(|submitter| model_in_code(&tree, submitter, system, spec));
                let Some(found) = &found else {
                    left_out("the code contains no TFLite model of this benchmark; name one with --model");
                    continue;
                };
                found
            };
            let bar = progress("inferences");
            let replayed =
                replay(run, (spec, &report.round.weights), model, &self.inputs, &|done, all| advance(&bar, done, all));
            bar.finish_and_clear();
            match replayed {
                Ok(replayed) => outcome.replayed.push(replayed),
                Err(reason) => left_out(&reason),
            }
        }
        if outcome.replayed.is_empty() {
            for (path, reason) in &outcome.not_compared {
                print_info(&format!("{path}: {reason}"));
            }
            bail!("no log was compared");
        }
        let all = outcome.replayed.iter().all(|one| one.reproduced);
        print(|out| if self.format == Format::Json { json::write(&outcome, out) } else { write(&outcome, out) })?;
        Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for one in &outcome.replayed {
        writeln!(out, "{}", Untrusted(&one.path).for_terminal())?;
        writeln!(out, "  model: {}", Untrusted(&one.model).for_terminal())?;
        let missing = if one.missing > 0 { format!("; {} inputs were not found", one.missing) } else { String::new() };
        for comparison in &one.comparisons {
            let (name, exact, near) = (comparison.arithmetic, comparison.exact, comparison.near);
            writeln!(out, "  {name}: {exact} of {} rows are equal, {near} nearly{missing}", one.rows)?;
        }
        let verdict = if one.reproduced {
            "reproduced: the log has the outputs of this model"
        } else {
            "not reproduced: another model, or another arithmetic, which is not an error"
        };
        writeln!(out, "  {verdict}")?;
    }
    for (path, reason) in &outcome.not_compared {
        writeln!(out, "{}: not compared: {}", Untrusted(path).for_terminal(), Untrusted(reason).for_terminal())?;
    }
    Ok(())
}
