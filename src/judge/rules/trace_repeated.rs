use std::collections::BTreeSet;

use memchr::memmem;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Mode, Round};

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

/// Samples of a block.
const BLOCK: usize = 64;
/// Different values without which a block may repeat by chance.
const DIFFERENT: usize = 24;

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Energy) {
        if let Some((one, other)) = repeated(place.run) {
            let role = if place.run.has(FileRole::Trace) { FileRole::Trace } else { FileRole::Json };
            let message = format!("{BLOCK} samples of window {one} stand again in window {other}");
            findings.at(place.run.path_of(role), 0, message);
        }
    }
}

/// The first two windows of which one holds the middle of the other.
fn repeated(run: &Run) -> Option<(usize, usize)> {
    let windows: Vec<Vec<u8>> = windows(run);
    for (index, window) in windows.iter().enumerate() {
        let samples = window.as_chunks::<8>().0;
        let middle = samples.len() / 2;
        let Some(block) = samples.get(middle..middle + BLOCK) else { continue };
        if block.iter().collect::<BTreeSet<_>>().len() < DIFFERENT {
            continue;
        }
        let finder = memmem::Finder::new(block.as_flattened());
        let other = windows.iter().enumerate().skip(index + 1).find(|(_, other)| finder.find(other).is_some());
        if let Some((other, _)) = other {
            return Some((index + 1, other + 1));
        }
    }
    None
}

/// The samples of every window, as bytes.
fn windows(run: &Run) -> Vec<Vec<u8>> {
    let bytes = |samples: &mut dyn Iterator<Item = f64>| -> Vec<u8> { samples.flat_map(f64::to_le_bytes).collect() };
    if let Some(trace) = &run.trace {
        let span = |(start, stop): (f64, f64)| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // times of samples
            let index = |seconds: f64| (seconds * trace.rate_hz).max(0.0) as usize;
            let (start, stop) = (index(start), index(stop));
            bytes(&mut trace.samples().map(f64::from).skip(start).take(stop.saturating_sub(start)))
        };
        return run.windows.iter().filter_map(|window| window.span).map(span).collect();
    }
    let trials = run.json.iter().flatten().filter_map(|entry| entry.power.as_ref());
    trials.map(|power| bytes(&mut power.samples.iter().copied())).collect()
}
