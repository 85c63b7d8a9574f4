use std::collections::BTreeSet;

use memchr::memmem;

use super::prelude::*;
use crate::model::Run;

check! {
    /// Samples of one energy window are repeated in another.
    ///
    /// Noise does not repeat: a block of samples that appears twice was copied.
    ///
    /// Calibrated on 131 energy runs of six rounds: no block of 64 varying samples appears twice.
    ///
    /// Help: submit the trace as the monitor recorded it, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all published traces.
    "trace-repeated", Energy, Warning, Run(check)
}

/// Maximum number of windows compared; a run has five.
const MOST_WINDOWS: usize = 16;
/// Samples per block.
const BLOCK: usize = 64;
/// Minimum number of different values in a block: one with fewer may repeat by chance.
const DIFFERENT: usize = 24;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Energy) {
        return Outcome::NotApplicable;
    }
    let path = view.run.path_of_samples();
    let searched = search_windows(view.run);
    if let Some((one, other)) = searched.iter().find_map(|(one, other)| Some((one, (*other)?))) {
        found.at(path, 0, format!("{BLOCK} samples of window {one} are repeated in window {other}"));
    }
    found.or_pass((!searched.is_empty()).then(|| Place::whole(path)))
}

/// Searches for the middle block of every window in the later windows. Returns the number of every window searched for,
/// with the first later window that contains its block.
fn search_windows(run: &Run) -> Vec<(usize, Option<usize>)> {
    if let Some(trace) = &run.trace {
        let spans = run.windows.iter().filter_map(|window| window.span);
        let windows: Vec<&[u8]> = spans.map(|(start, stop)| trace.bytes_between(start, stop)).collect();
        let middle = |window: &'_ [u8]| window.len() / 8 * 4;
        let block = |window: &'_ [u8]| {
            let block = window.get(middle(window)..middle(window) + 4 * BLOCK)?;
            let different = block.as_chunks::<4>().0.iter().collect::<BTreeSet<_>>().len();
            (different >= DIFFERENT).then(|| memmem::Finder::new(block).into_owned())
        };
        return search(&windows, block, |finder, window| finder.find(window).is_some());
    }
    let trials = run.json.iter().flatten().filter_map(|entry| entry.power.as_ref());
    let windows: Vec<&[f64]> = trials.map(|power| power.samples.as_slice()).collect();
    let block = |window: &'_ [f64]| {
        let block = window.get(window.len() / 2..window.len() / 2 + BLOCK)?;
        let different = block.iter().map(|sample| sample.to_bits()).collect::<BTreeSet<_>>().len();
        (different >= DIFFERENT).then(|| block.to_vec())
    };
    search(&windows, block, |block, window| window.windows(BLOCK).any(|other| other == block))
}

/// Returns the number of every window that has a block and later windows, with the first later window that contains the
/// block, too. Numbers start at 1.
fn search<T, B>(
    windows: &[&[T]],
    block: impl Fn(&[T]) -> Option<B>,
    holds: impl Fn(&B, &[T]) -> bool,
) -> Vec<(usize, Option<usize>)> {
    let windows = &windows[..windows.len().min(MOST_WINDOWS)];
    let entry = |index: usize| {
        let (window, later) = windows[index..].split_first().filter(|(_, later)| !later.is_empty())?;
        let block = block(window)?;
        let other = later.iter().position(|other| holds(&block, other));
        Some((index + 1, other.map(|other| index + 2 + other)))
    };
    (0..windows.len()).filter_map(entry).collect()
}
