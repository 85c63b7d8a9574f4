//! The plots of a result, and those of all results together.

mod accuracy;
mod energy;
pub mod overview;
pub mod processor;
mod roc;
pub mod strip;
mod wakeword;
mod weights;
mod windows;

use serde::Serialize;

use crate::model::Benchmark;
use crate::round::{Mode, Round, Task};

/// A plot with its caption.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// A sentence that says what the plot shows.
    pub caption: String,
    /// The drawing as SVG.
    pub svg: String,
}

/// Returns all plots that the evidence of a result allows.
pub fn figures(benchmark: &Benchmark, round: &Round) -> Vec<Figure> {
    let mut figures = Vec::new();
    let task = benchmark.spec(round).map(|spec| spec.task);
    for (mode, run) in &benchmark.runs {
        match (task, mode) {
            (Some(Task::Wakeword), _) => figures.extend(wakeword::timeline(run, benchmark, round)),
            (_, Mode::Accuracy) => {
                figures.extend(accuracy::figures(run, benchmark, round));
                figures.extend(weights::agreement(run, round));
            }
            (_, Mode::Performance) => {
                figures.extend(windows::windows(run, round));
                figures.extend(windows::clocks(run));
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
