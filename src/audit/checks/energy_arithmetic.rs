use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::audit::metrics::median::median;
use crate::model::Window;
use crate::parse::claims::{ClaimedEnergy, Claims, Printed};
use crate::parse::location::Line;
use crate::round::Runner;

check! {
    /// The energy windows in results.txt do not add up, or differ from the trace.
    ///
    /// The claimed energy of a window must be the sum of the trace over that window. Its energy per inference must be
    /// this sum divided by the inferences, and its power this sum divided by the time. The claimed median must be the
    /// median of the windows.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all published windows follow it.
    "energy-arithmetic", Energy, Error, Run(check),
    affects: [Energy, Wakeword],
    compares: true,
    needs: [
        energy_windows_misplaced, log_incomplete, mode_disagrees_with_folder, session_in_single_mode, window_count,
    ],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let Some(claims) = view.claims().filter(|_| view.is(Mode::Energy)) else { return Outcome::NotApplicable };
    let foreign = another_session(run, view.round).is_some();
    let shown = if run.windows.len() == claims.energies.len() && !foreign { &run.windows[..] } else { &[] };
    let units = view.round.tolerances.printed_units;
    for (index, energy) in claims.energies.iter().enumerate() {
        if let Some(Disagreement { line, message, measured: (claimed, expected, unit) }) =
            disagreement(energy, shown.get(index), run.runner, units)
        {
            let message = format!("window {}: {message}", energy.number.value);
            found.at(run.path_of(FileRole::Results), line, message).measured(claimed, expected, unit);
        }
    }
    if found.is_empty() {
        check_median(view, claims, units, &mut found);
    }
    let figure = |energy: &ClaimedEnergy| energy.energy.as_ref().or(energy.per_inference.as_ref()).map(|one| one.line);
    found.or_pass(claims.energies.iter().find_map(figure).map(|line| view.at(FileRole::Results, line)))
}

/// A figure of a window that does not add up.
struct Disagreement {
    line: Line,
    message: String,
    /// The claimed value, the expected value, and the unit of both.
    measured: (f64, f64, &'static str),
}

fn disagreement(
    claimed: &ClaimedEnergy,
    shown: Option<&Window>,
    runner: Option<Runner>,
    units: f64,
) -> Option<Disagreement> {
    let energy = claimed.energy.as_ref()?;
    if let Some(recomputed) = shown.and_then(|window| window.energy_uj)
        && !energy.agrees_with(recomputed, units)
    {
        let message = format!("claims {} uJ, the trace gives {recomputed:.3} uJ", energy.text);
        return Some(Disagreement { line: energy.line, message, measured: (energy.value, recomputed, "uJ") });
    }
    let shown_inferences = shown.map(|window| window.inferences).filter(|inferences| *inferences > 0);
    if let (Some(inferences), Some(shown)) = (claimed.inferences, shown_inferences)
        && inferences.value != shown
    {
        let message = format!("claims {} inferences, the evidence shows {shown}", inferences.value);
        let measured = (inferences.value as f64, shown as f64, "");
        return Some(Disagreement { line: inferences.line, message, measured });
    }
    let inferences = claimed.inferences.map(|count| count.value).or(shown_inferences).filter(|count| *count > 0);
    if let (Some(cost), Some(inferences)) = (&claimed.per_inference, inferences) {
        let expected = energy.value / inferences as f64;
        if !cost.agrees_with(expected, 2.0 * units) {
            let message = format!(
                "claims {} uJ/inf, but {} uJ over {inferences} inferences is {expected:.3} uJ/inf",
                cost.text, energy.text
            );
            return Some(Disagreement { line: cost.line, message, measured: (cost.value, expected, "uJ/inf") });
        }
    }
    let seconds = shown.and_then(|window| window.seconds);
    if let (Some(elapsed), Some(seconds)) = (&claimed.elapsed, seconds)
        // The EEMBC runner prints the time between samples, up to a sample off, with a resolution of 10 ms.
        && (elapsed.value - seconds).abs() > elapsed.unit.max(1e-9) + 0.002
    {
        let message = format!("claims a length of {} s, the stamps give {seconds:.3} s", elapsed.text);
        return Some(Disagreement { line: elapsed.line, message, measured: (elapsed.value, seconds, "s") });
    }
    let (power, elapsed) = (claimed.power.as_ref()?, claimed.elapsed.as_ref()?);
    let (micro_to_printed, unit) = if runner == Some(Runner::Mlcommons) { (1e-3, "mW") } else { (1.0, "uW") };
    let expected = energy.value / elapsed.value * micro_to_printed;
    let slack = expected * (elapsed.unit.max(1e-6) + 0.002) / elapsed.value + power.unit * units;
    (!expected.is_finite() || (expected - power.value).abs() > slack).then(|| Disagreement {
        line: power.line,
        message: format!(
            "claims a power of {}, but {} uJ over {} s is {expected:.3}",
            power.text, energy.text, elapsed.text
        ),
        measured: (power.value, expected, unit),
    })
}

fn check_median(view: &RunView<'_>, claims: &Claims, units: f64, found: &mut Findings) {
    let Some(claimed) = &claims.energy else { return };
    let costs: Option<Vec<&Printed>> = claims.energies.iter().map(|energy| energy.per_inference.as_ref()).collect();
    let Some(costs) = costs else { return };
    // One of the runners prints the windows with fewer decimals than the median.
    let coarser = costs.iter().map(|cost| cost.unit).fold(claimed.unit, f64::max);
    let Some(middle) = median(costs.iter().map(|cost| cost.value).collect()) else { return };
    let agrees = view.run.scores.energy.as_ref().and_then(|figure| figure.agrees(units)).unwrap_or(true);
    // The mean of two printed windows carries the rounding of both.
    let roundings = if costs.len().is_multiple_of(2) { 2.0 } else { 1.0 };
    if agrees && (middle - claimed.value).abs() > coarser * roundings * units {
        let message =
            format!("claims a median of {} uJ/inf, the median of its windows is {middle} uJ/inf", claimed.text);
        let path = view.run.path_of(FileRole::Results);
        found.at(path, claimed.line, message).measured(claimed.value, middle, "uJ/inf");
    }
}
