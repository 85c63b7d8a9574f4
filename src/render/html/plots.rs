//! The plots of a result, and those of all results together.

mod accuracy;
pub mod deviation;
mod energy;
pub mod overview;
pub mod processor;
mod roc;
pub mod strip;
mod wakeword;
mod weights;
mod windows;

use std::cmp::Reverse;

use serde::Serialize;

use crate::audit::proof::{Proof, Status};
use crate::audit::report::Report;
use crate::model::{Benchmark, Run, Window};
use crate::round::{Mode, Task};

/// A plot with its caption.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// A sentence that says what the plot shows.
    pub caption: String,
    /// The drawing as SVG.
    pub svg: String,
    /// The trace as JSON for the viewer, which zooms into it.
    pub trace: Option<String>,
}

/// Returns all plots that the evidence of a result allows, those of the runs with the worst status first.
pub fn figures(report: &Report, benchmark: &Benchmark) -> Vec<Figure> {
    let mut figures = Vec::new();
    let round = &report.round;
    let task = benchmark.spec(round).map(|spec| spec.task);
    let status = |run: &Run| report.proofs.get(&run.path).map(Proof::status);
    let mut runs: Vec<&Run> = benchmark.runs.values().map(Box::as_ref).collect();
    runs.sort_by_key(|run| Reverse(status(run)));
    for run in runs {
        match (task, run.mode) {
            (Some(Task::Wakeword), _) => figures.extend(wakeword::timeline(run, benchmark, round)),
            (_, Mode::Accuracy) => {
                figures.extend(accuracy::figures(run, benchmark, round));
                figures.extend(weights::agreement(run, round));
            }
            (_, Mode::Performance) => {
                let plots = [windows::windows(run, round), windows::clocks(run, round)];
                let is_short =
                    |window: &Window| window.seconds.is_some_and(|seconds| seconds < round.windows.min_seconds);
                // Clocks that disagree are the matter where no window is short.
                let mut plots: Vec<Figure> = plots.into_iter().flatten().collect();
                if !run.windows.iter().any(is_short) && status(run) == Some(Status::Contradicted) {
                    plots.reverse();
                }
                figures.extend(plots);
            }
            (_, Mode::Energy) => {}
        }
        figures.extend(energy::trace(run));
        if task != Some(Task::Wakeword) {
            figures.extend(energy::windows(run));
        }
    }
    figures
}
