use super::evidence;
use crate::judge::metrics::median::median;
use crate::judge::rule::{Findings, rule};
use crate::read::log::claims::{ClaimedEnergy, Printed};
use crate::read::submission::{Run, Submission, Window};
use crate::round::{FileRole, Mode, Round, Runner};

rule! {
    /// The energy windows in results.txt do not add up, or are not those of the trace.
    ///
    /// A window's energy is the trace's, its energy per inference that energy over the inferences, its power that
    /// energy over the time; the claimed median is the median of the windows.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all published windows follow it.
    "energy-arithmetic", Energy, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Energy) {
        let run = place.run;
        let Some(claims) = &run.claims else { continue };
        let foreign = evidence::another_session(run, round).is_some();
        let shown = if run.windows.len() == claims.energies.len() && !foreign { &run.windows[..] } else { &[] };
        let units = round.tolerances.printed_units;
        let mut all_add_up = true;
        for (index, energy) in claims.energies.iter().enumerate() {
            if let Some((line, message)) = disagreement(energy, shown.get(index), run.runner, units) {
                findings.at(run.path_of(FileRole::Results), line, format!("window {}: {message}", energy.number.value));
                all_add_up = false;
            }
        }
        if all_add_up {
            check_median(run, claims.energy.as_ref(), units, findings);
        }
    }
}

fn disagreement(
    claimed: &ClaimedEnergy,
    shown: Option<&Window>,
    runner: Option<Runner>,
    units: f64,
) -> Option<(u32, String)> {
    let energy = claimed.energy.as_ref()?;
    if let Some(recomputed) = shown.and_then(|window| window.energy_uj)
        && !energy.agrees_with(recomputed, units)
    {
        return Some((energy.line, format!("claims {} uJ, the trace gives {recomputed:.3} uJ", energy.text)));
    }
    let shown_inferences = shown.map(|window| window.inferences).filter(|inferences| *inferences > 0);
    if let (Some(inferences), Some(shown)) = (claimed.inferences, shown_inferences)
        && inferences.value != shown
    {
        return Some((inferences.line, format!("claims {} inferences, the evidence shows {shown}", inferences.value)));
    }
    let inferences = claimed.inferences.map(|count| count.value).or(shown_inferences).filter(|count| *count > 0);
    if let (Some(cost), Some(inferences)) = (&claimed.per_inference, inferences) {
        let expected = energy.value / inferences as f64;
        if !cost.agrees_with(expected, 2.0 * units) {
            let message = format!(
                "claims {} uJ/inf, {} uJ over {inferences} inferences are {expected:.3} uJ/inf",
                cost.text, energy.text
            );
            return Some((cost.line, message));
        }
    }
    let seconds = shown.and_then(|window| window.seconds);
    if let (Some(elapsed), Some(seconds)) = (&claimed.elapsed, seconds)
        // The EEMBC runner prints the time between samples, which is up to a sample off, to 10 ms.
        && (elapsed.value - seconds).abs() > elapsed.unit.max(1e-9) + 0.002
    {
        return Some((elapsed.line, format!("claims a length of {} s, the stamps give {seconds:.3} s", elapsed.text)));
    }
    let (power, elapsed) = (claimed.power.as_ref()?, claimed.elapsed.as_ref()?);
    let micro_to_printed = if runner == Some(Runner::Mlcommons) { 1e-3 } else { 1.0 };
    let expected = energy.value / elapsed.value * micro_to_printed;
    let slack = expected * (elapsed.unit.max(1e-6) + 0.002) / elapsed.value + power.unit * units;
    (!expected.is_finite() || (expected - power.value).abs() > slack).then(|| {
        (
            power.line,
            format!("claims a power of {}, {} uJ over {} s are {expected:.3}", power.text, energy.text, elapsed.text),
        )
    })
}

fn check_median(run: &Run, claimed: Option<&Printed>, units: f64, findings: &mut Findings) {
    let Some(claimed) = claimed else { return };
    let costs: Option<Vec<&Printed>> =
        run.claims.iter().flat_map(|claims| &claims.energies).map(|energy| energy.per_inference.as_ref()).collect();
    let Some(costs) = costs else { return };
    // The windows are printed with fewer decimals than the median by one of the runners.
    let coarser = costs.iter().map(|cost| cost.unit).fold(claimed.unit, f64::max);
    let Some(middle) = median(costs.iter().map(|cost| cost.value).collect()) else { return };
    let agrees = run.scores.energy.as_ref().and_then(|figure| figure.agrees(units)).unwrap_or(true);
    // The mean of two printed windows carries the rounding of both.
    let roundings = if costs.len().is_multiple_of(2) { 2.0 } else { 1.0 };
    if agrees && (middle - claimed.value).abs() > coarser * roundings * units {
        let message =
            format!("claims a median of {} uJ/inf, the median of its windows is {middle} uJ/inf", claimed.text);
        findings.at(run.path_of(FileRole::Results), claimed.line, message);
    }
}
