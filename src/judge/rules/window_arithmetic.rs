use super::evidence;
use crate::judge::metrics::median::median;
use crate::judge::rule::{Findings, rule};
use crate::read::log::claims::{ClaimedWindow, Printed};
use crate::read::submission::{Run, Submission, Window};
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The windows in results.txt do not add up, or are not those of the evidence.
    ///
    /// A window's throughput is its inferences over its runtime, both as the log shows them, and the claimed median is
    /// the median of the windows.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; all published windows follow it.
    "window-arithmetic", Performance, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let Some(claims) = run.claims.as_ref().filter(|claims| !claims.windows.is_empty()) else { continue };
        let path = run.path_of(FileRole::Results);
        let foreign = evidence::another_session(run, round).is_some();
        let shown = if run.windows.len() == claims.windows.len() && !foreign { &run.windows[..] } else { &[] };
        let units = round.tolerances.printed_units;
        let mut all_add_up = true;
        for (index, window) in claims.windows.iter().enumerate() {
            if let Some((line, message)) = disagreement(window, shown.get(index), units) {
                findings.at(path, line, format!("window {}: {message}", window.number.value));
                all_add_up = false;
            }
        }
        if all_add_up && run.mode == Mode::Performance {
            check_median(run, claims.throughput.as_ref(), units, findings);
        }
    }
}

fn disagreement(window: &ClaimedWindow, shown: Option<&Window>, units: f64) -> Option<(u32, String)> {
    if let (Some(claimed), Some(shown)) = (window.inferences, shown)
        // Without its log nothing shows how many there were, which is another rule's finding.
        && shown.inferences > 0
        && claimed.value != shown.inferences
    {
        return Some((
            claimed.line,
            format!("claims {} inferences, the evidence shows {}", claimed.value, shown.inferences),
        ));
    }
    if let (Some(claimed), Some(seconds)) = (&window.runtime, shown.and_then(|shown| shown.seconds))
        && !claimed.agrees_with(seconds, units + shown.map_or(0.0, |shown| shown.rounding) / claimed.unit)
    {
        return Some((
            claimed.line,
            format!("claims a runtime of {} s, the evidence shows {seconds:.6} s", claimed.text),
        ));
    }
    let (Some(inferences), Some(runtime), Some(throughput)) = (window.inferences, &window.runtime, &window.throughput)
    else {
        return None;
    };
    let rate = shown
        .and_then(|shown| shown.seconds)
        .map_or(inferences.value as f64 / runtime.value, |seconds| inferences.value as f64 / seconds);
    // A runtime printed to the millisecond leaves the rate open by as much.
    let timed = shown.filter(|shown| shown.seconds.is_some());
    let slack = rate * timed.map_or(runtime.unit, |shown| shown.rounding) / runtime.value;
    if rate.is_finite() && (rate - throughput.value).abs() <= slack + throughput.unit * units + rate * 1e-12 {
        return None;
    }
    let text = &throughput.text;
    Some((
        throughput.line,
        format!("claims {text} inf/s, {} inferences in {} s are {rate:.3} inf/s", inferences.value, runtime.text),
    ))
}

fn check_median(run: &Run, claimed: Option<&Printed>, units: f64, findings: &mut Findings) {
    let Some(claimed) = claimed else { return };
    let rates: Option<Vec<f64>> = run
        .claims
        .iter()
        .flat_map(|claims| &claims.windows)
        .map(|window| Some(window.throughput.as_ref()?.value))
        .collect();
    // The mean of two printed windows carries the rounding of both.
    let even = rates.as_ref().is_some_and(|rates| rates.len().is_multiple_of(2));
    let roundings = if even { 2.0 } else { 1.0 };
    let Some(middle) = rates.and_then(median) else { return };
    // Where the evidence contradicts the claim already, that is the finding.
    let agrees = run.scores.throughput.as_ref().and_then(|figure| figure.agrees(units)).unwrap_or(true);
    if agrees && !claimed.agrees_with(middle, roundings * units) {
        let message = format!("claims a median of {} inf/s, the median of its windows is {middle} inf/s", claimed.text);
        findings.at(run.path_of(FileRole::Results), claimed.line, message);
    }
}
