use super::prelude::*;
use crate::audit::metrics::energy::trace_energies;
use crate::audit::metrics::median::median;
use crate::model::{Run, Window};
use crate::parse::energy_trace::microjoules;
use crate::parse::results_json::Power;
use crate::round::Round;

check! {
    /// The energy windows do not coincide with the inferences.
    ///
    /// Every window is a pair of time stamps that the device sends at the start and the end of its inferences. If a
    /// stamp is lost or added, the pairs shift, and the energy of loading or idling is counted as that of inference.
    ///
    /// Help: check the wiring of the time-stamp pin and measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4 (energy of the timed inferences).
    "energy-windows-misplaced", Energy, Error, Run(check),
    affects: [Energy],
    needs: [log_incomplete, mode_disagrees_with_folder],
}

fn check(view: &RunView<'_>, found: Findings) -> Outcome {
    if !view.is(Mode::Energy) {
        return Outcome::NotApplicable;
    }
    if view.run.stamps.is_some() { check_trace(view, found) } else { check_trials(view, found) }
}

fn check_trace(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (run, round) = (view.run, view.round);
    let path = run.path_of(FileRole::Stamps);
    let least = round.tolerances.window_overlap;
    let mut windows = run.windows.iter().enumerate();
    let misplaced = windows.find(|(_, window)| overlap(window, round).is_some_and(|part| part < least));
    let expected = round.energy.stamps_before_windows + 2 * round.windows.count;
    let count = run.stamps.as_ref().map_or(0, Vec::len);
    if let Some((index, window)) = misplaced {
        let (start, stop) = window.span.unwrap_or_default();
        let (begin, done) = window.inference_span.unwrap_or_default();
        let message = format!(
            "window {} lasts from {start:.3} to {stop:.3} s, its inferences from {begin:.3} to {done:.3} s",
            index + 1
        );
        let finding = found.at(path, 0, message);
        if let Some(note) = true_figure(run) {
            finding.note(note);
        }
        if count != expected {
            finding.note(match lost_stamp(run) {
                Some((what, window)) if count + 1 == expected => format!(
                    "{count} of {expected} time stamps exist: the {what} stamp of window {window} is missing, so the \
                     later pairs of stamps enclose the gaps between windows"
                ),
                _ => format!("there are {count} time stamps, expected {expected}"),
            });
        }
    } else if count != expected {
        let finding = found.at(path, 0, format!("there are {count} time stamps, expected {expected}"));
        finding.measured(count as f64, expected as f64, "");
    }
    // Without a log the times of the inferences are unknown.
    let in_place = |window: &Window| overlap(window, round).is_some_and(|part| part >= least);
    let shown = !run.windows.is_empty() && run.windows.iter().all(in_place);
    found.or_pass(shown.then(|| view.at(FileRole::Stamps, 0)))
}

/// Longest time between a stamp and the log line that belongs to it, in seconds.
const NEAR: f64 = 1.0;

/// The stamps of a trace in ascending order.
struct Stamps(Vec<f64>);

impl Stamps {
    fn new(stamps: &[f64]) -> Self {
        let mut stamps = stamps.to_vec();
        stamps.sort_by(f64::total_cmp);
        Self(stamps)
    }

    /// Returns the stamp nearest to a time, if one is within [`NEAR`].
    fn nearest(&self, time: f64) -> Option<f64> {
        let next = self.0.partition_point(|stamp| *stamp < time);
        let around = self.0[next.saturating_sub(1)..].iter().copied().take(2);
        let near = around.filter(|stamp| (stamp - time).abs() <= NEAR);
        near.min_by(|a, b| (a - time).abs().total_cmp(&(b - time).abs()))
    }
}

/// Returns a note with the claimed energy and the energy of the trace during the inferences of the log: between the
/// stamps near their start and end, or between the times of the log where a stamp is missing.
fn true_figure(run: &Run) -> Option<String> {
    let (trace, stamps) = (run.trace.as_ref()?, run.stamps.as_ref()?);
    let stamps = Stamps::new(stamps);
    let nearest = |time: f64| stamps.nearest(time).unwrap_or(time);
    let spans: Vec<(f64, f64)> = run.windows.iter().filter_map(|window| window.inference_span).collect();
    let spans: Vec<(f64, f64)> = spans.into_iter().map(|(begin, done)| (nearest(begin), nearest(done))).collect();
    let energies = trace_energies(trace.samples(), microjoules, trace.rate_hz, &spans);
    let costs: Option<Vec<f64>> = energies
        .into_iter()
        .zip(&run.windows)
        .map(|(energy, window)| Some(energy? / window.inferences as f64).filter(|cost| cost.is_finite()))
        .collect();
    let figure = median(costs?)?;
    let claimed = run.claims.as_ref().and_then(|claims| claims.energy.as_ref());
    let claimed = claimed.map_or_else(String::new, |claimed| format!("the claim is {} uJ/inf; ", claimed.text));
    Some(format!("{claimed}during the inferences of the log, the trace gives {figure:.3} uJ/inf"))
}

/// Returns the first start or end of inferences in the log that has no time stamp near it, and its window.
fn lost_stamp(run: &Run) -> Option<(&'static str, usize)> {
    let stamps = Stamps::new(run.stamps.as_ref()?);
    let near = |time: f64| stamps.nearest(time).is_some();
    run.windows.iter().enumerate().find_map(|(index, window)| {
        let (begin, done) = window.inference_span?;
        let what = if !near(begin) {
            "start"
        } else if near(done) {
            return None;
        } else {
            "end"
        };
        Some((what, index + 1))
    })
}

/// Returns the overlap of a window and its inferences as a fraction of the longer of the two, 0 to 1. If both are
/// shorter than a window must be, what does not overlap is a fraction of the required length.
fn overlap(window: &Window, round: &Round) -> Option<f64> {
    let (start, stop) = window.span?;
    let (begin, done) = window.inference_span?;
    let common = stop.min(done) - start.max(begin);
    let longer = (stop - start).max(done - begin);
    let whole = longer.max(round.windows.min_seconds);
    Some(1.0 - (longer - common.max(0.0)) / whole)
}

fn check_trials(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let trials: Vec<&Power> = view.run.json.iter().flatten().filter_map(|entry| entry.power.as_ref()).collect();
    check_counters(view, &trials, &mut found);
    let mut counters = trials.iter().flat_map(|power| &power.timestamps).map(|(counter, _)| counter.parse::<u64>());
    let shown = trials.iter().any(|power| !power.timestamps.is_empty()) && counters.all(|counter| counter.is_ok());
    found.or_pass(shown.then(|| view.at(FileRole::Json, 1)))
}

/// Checks that event counters continue from trial to trial; a gap means a lost event.
fn check_counters(view: &RunView<'_>, trials: &[&Power], found: &mut Findings) {
    let path = view.run.path_of(FileRole::Json);
    let mut next: Option<u64> = None;
    for (trial, power) in trials.iter().enumerate() {
        let count = power.timestamps.len();
        if count < 2 && !view.is_streaming() {
            let message = format!("trial {trial}: there are {count} time stamps, expected at least 2");
            found.at(path, 1, message).measured(count as f64, 2.0, "");
            return;
        }
        for (counter, _) in &power.timestamps {
            let Ok(counter) = counter.parse::<u64>() else { return };
            if let Some(expected) = next.filter(|expected| *expected != counter) {
                let before = expected.saturating_sub(1);
                found.at(
                    path,
                    1,
                    format!("trial {trial}: time stamp {counter} follows {before}, one or more were lost"),
                );
                return;
            }
            next = counter.checked_add(1);
        }
    }
}
