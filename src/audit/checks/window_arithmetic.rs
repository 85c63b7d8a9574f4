use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::audit::metrics::median::median;
use crate::model::Window;
use crate::parse::claims::{ClaimedWindow, Claims};
use crate::parse::location::Line;

check! {
    /// The windows in results.txt are inconsistent, or differ from the evidence.
    ///
    /// A window's throughput must be its inferences divided by its runtime, both as in the log, and the claimed median
    /// must be the median of the windows.
    ///
    /// Help: submit results.txt as the runner wrote it, unedited.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; true of all published windows.
    "window-arithmetic", Performance, Error, Run(check),
    affects: every,
    compares: true,
    needs: [
        energy_windows_misplaced, firmware_for_another_mode, log_incomplete, mode_disagrees_with_folder,
        results_json_disagrees_with_log, session_in_single_mode, window_count,
    ],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let Some(claims) = view.claims().filter(|claims| !claims.windows.is_empty()) else {
        return Outcome::NotApplicable;
    };
    let is_foreign = another_session(run, view.round).is_some();
    let shown = if run.windows.len() == claims.windows.len() && !is_foreign { &run.windows[..] } else { &[] };
    let units = view.round.tolerances.printed_units;
    for (index, window) in claims.windows.iter().enumerate() {
        if let Some((line, message, (claimed, expected, unit))) = disagreement(window, shown.get(index), units) {
            let message = format!("window {}: {message}", window.number.value);
            found.at(run.path_of(FileRole::Results), line, message).measured(claimed, expected, unit);
        }
    }
    if found.is_empty() && view.is(Mode::Performance) {
        check_median(view, claims, &mut found);
    }
    let added_up = claims.windows.iter().find_map(|window| {
        let whole = window.inferences.is_some() && window.runtime.is_some();
        let throughput = window.throughput.as_ref().filter(|_| whole)?;
        Some(view.at(FileRole::Results, throughput.line))
    });
    found.or_pass(added_up)
}

/// The line that disagrees, the message, and the claimed value, the expected value and their unit.
type Disagreement = (Line, String, (f64, f64, &'static str));

fn disagreement(window: &ClaimedWindow, shown: Option<&Window>, units: f64) -> Option<Disagreement> {
    if let (Some(claimed), Some(shown)) = (window.inferences, shown)
        // Zero means that the log does not show the number, which another check reports.
        && shown.inferences > 0
        && claimed.value != shown.inferences
    {
        let message = format!("claims {} inferences, the evidence shows {}", claimed.value, shown.inferences);
        return Some((claimed.line, message, (claimed.value as f64, shown.inferences as f64, "")));
    }
    if let (Some(claimed), Some(seconds)) = (&window.runtime, shown.and_then(|shown| shown.seconds))
        && !claimed.agrees_with(seconds, units + shown.map_or(0.0, |shown| shown.rounding) / claimed.unit)
    {
        let message = format!("claims a runtime of {} s, the evidence shows {seconds:.6} s", claimed.text);
        return Some((claimed.line, message, (claimed.value, seconds, "s")));
    }
    let (Some(inferences), Some(runtime), Some(throughput)) = (window.inferences, &window.runtime, &window.throughput)
    else {
        return None;
    };
    let rate = shown
        .and_then(|shown| shown.seconds)
        .map_or(inferences.value as f64 / runtime.value, |seconds| inferences.value as f64 / seconds);
    // The rounding of the runtime makes the rate uncertain by the same fraction.
    let timed = shown.filter(|shown| shown.seconds.is_some());
    let slack = rate * timed.map_or(runtime.unit, |shown| shown.rounding) / runtime.value;
    if rate.is_finite() && (rate - throughput.value).abs() <= slack + throughput.unit * units + rate * 1e-12 {
        return None;
    }
    let text = &throughput.text;
    let message =
        format!("claims {text} inf/s, but {} inferences in {} s are {rate:.3} inf/s", inferences.value, runtime.text);
    Some((throughput.line, message, (throughput.value, rate, "inf/s")))
}

fn check_median(view: &RunView<'_>, claims: &Claims, found: &mut Findings) {
    let Some(claimed) = &claims.throughput else { return };
    let units = view.round.tolerances.printed_units;
    let rates: Option<Vec<f64>> = claims.windows.iter().map(|window| Some(window.throughput.as_ref()?.value)).collect();
    // The mean of two printed windows carries the rounding of both.
    let even = rates.as_ref().is_some_and(|rates| rates.len().is_multiple_of(2));
    let roundings = if even { 2.0 } else { 1.0 };
    let Some(middle) = rates.and_then(median) else { return };
    // If the evidence contradicts the claim, `throughput-mismatch` reports it.
    let agrees = view.run.scores.throughput.as_ref().and_then(|figure| figure.agrees(units)).unwrap_or(true);
    if agrees && !claimed.agrees_with(middle, roundings * units) {
        let message =
            format!("claims a median of {} inf/s, but the median of its windows is {middle} inf/s", claimed.text);
        let finding = found.at(view.run.path_of(FileRole::Results), claimed.line, message);
        finding.measured(claimed.value, middle, "inf/s");
    }
}
