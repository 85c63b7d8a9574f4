use std::collections::BTreeSet;

use memchr::memmem;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{Mode, Round};

rule! {
    /// Samples of one energy window stand again in another.
    ///
    /// Noise does not repeat: a block of samples that stands twice was copied.
    ///
    /// Calibrated on 131 energy runs of six rounds: no block of 64 different samples stands twice.
    ///
    /// Help: submit the trace as the monitor recorded it.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all published traces.
    "trace-repeated", Energy, Warning, check, needs evidence
}

/// Windows that are compared with each other; a run has five.
const MOST_WINDOWS: usize = 16;
/// Samples of a block.
const BLOCK: usize = 64;
/// Different values without which a block may repeat by chance.
const DIFFERENT: usize = 24;

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Energy) {
        if let Some((one, other)) = repeated(place.run) {
            let message = format!("{BLOCK} samples of window {one} stand again in window {other}");
            findings.at(place.run.path_of_samples(), 0, message);
        }
    }
}

/// The first two windows of which one holds the middle of the other.
fn repeated(run: &Run) -> Option<(usize, usize)> {
    if let Some(trace) = &run.trace {
        let spans = run.windows.iter().filter_map(|window| window.span);
        let windows: Vec<&[u8]> = spans.map(|(start, stop)| trace.bytes_between(start, stop)).collect();
        let middle = |window: &'_ [u8]| window.len() / 8 * 4;
        let block = |window: &'_ [u8]| {
            let block = window.get(middle(window)..middle(window) + 4 * BLOCK)?;
            let different = block.as_chunks::<4>().0.iter().collect::<BTreeSet<_>>().len();
            (different >= DIFFERENT).then(|| memmem::Finder::new(block).into_owned())
        };
        return first_pair(&windows, block, |finder, window| finder.find(window).is_some());
    }
    let trials = run.json.iter().flatten().filter_map(|entry| entry.power.as_ref());
    let windows: Vec<&[f64]> = trials.map(|power| power.samples.as_slice()).collect();
    let block = |window: &'_ [f64]| {
        let block = window.get(window.len() / 2..window.len() / 2 + BLOCK)?;
        let different = block.iter().map(|sample| sample.to_bits()).collect::<BTreeSet<_>>().len();
        (different >= DIFFERENT).then(|| block.to_vec())
    };
    first_pair(&windows, block, |block, window| window.windows(BLOCK).any(|other| other == block))
}

/// The first window that has a block which a later one holds, too, and that one; both count from 1.
fn first_pair<T, B>(
    windows: &[&[T]],
    block: impl Fn(&[T]) -> Option<B>,
    holds: impl Fn(&B, &[T]) -> bool,
) -> Option<(usize, usize)> {
    let windows = &windows[..windows.len().min(MOST_WINDOWS)];
    windows.iter().enumerate().find_map(|(index, window)| {
        let block = block(window)?;
        let other = windows.iter().skip(index + 1).position(|other| holds(&block, other))?;
        Some((index + 1, index + 2 + other))
    })
}
