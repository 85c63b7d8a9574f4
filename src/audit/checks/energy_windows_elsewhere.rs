use super::prelude::*;
use crate::parse::energy_trace::{EnergyTrace, microjoules};
use crate::round::Energy;

check! {
    /// The power of the trace does not change where its windows start and end.
    ///
    /// A device needs another power while it infers than while it loads an input or waits. If the windows of a trace are
    /// moved in time, the difference between inside and outside is largest where they belong. If that is not at their
    /// place, the trace or its time stamps were shifted.
    ///
    /// Calibrated on 122 traces of four rounds whose power changes by at least 10 %: at the place of the windows the
    /// difference is at least 0.95 of the largest.
    ///
    /// Help: submit trace, time stamps and log of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4 (energy of the timed inferences); all published traces.
    "energy-windows-elsewhere", Energy, Error, Run(check),
    affects: [Energy],
    needs: [energy_windows_misplaced, log_incomplete, mode_disagrees_with_folder, trace_length],
}

/// Length of the parts of a trace whose energies are summed once, in seconds; also the step of the shifts.
const PART_S: f64 = 0.02;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(trace) = &view.run.trace else { return Outcome::NotApplicable };
    let spans: Vec<(f64, f64)> = view.run.windows.iter().filter_map(|window| window.span).collect();
    let Some(Place { contrast, best, best_s }) = place(trace, &spans, &view.round.energy) else {
        return Outcome::NotApplicable;
    };
    let limits = &view.round.energy;
    if best < limits.contrast {
        return Outcome::NotApplicable;
    }
    if contrast < limits.contrast_fraction * best {
        let direction = if best_s < 0.0 { "earlier" } else { "later" };
        let message = format!(
            "the power inside the windows differs by {:.0} % from outside, {:.2} s {direction} by {:.0} %",
            100.0 * contrast,
            best_s.abs(),
            100.0 * best
        );
        found.at(view.run.path_of(FileRole::Stamps), 0, message).measured(contrast, best, "");
    }
    found.or_pass(Some(view.at(FileRole::Stamps, 0)))
}

/// Differences in mean power between inside and outside of the windows, as fractions of the mean power.
struct Place {
    /// Where the windows are.
    contrast: f64,
    /// Where it is largest.
    best: f64,
    /// By how much the windows are moved there, in seconds.
    best_s: f64,
}

fn place(trace: &EnergyTrace, spans: &[(f64, f64)], energy: &Energy) -> Option<Place> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few samples
    let size = ((trace.rate_hz * PART_S) as usize).max(1);
    let part_s = size as f64 / trace.rate_hz;
    // Sums of all parts before each.
    let mut sums = vec![0.0];
    for part in trace.samples().chunks_exact(size) {
        let sum: f64 = part.iter().map(microjoules).sum();
        sums.push(sums.last().copied().unwrap_or(0.0) + sum);
    }
    let whole = sums.last().copied()?;
    #[allow(clippy::cast_possible_truncation)] // a trace has fewer parts
    let spans: Vec<(i64, i64)> =
        spans.iter().map(|(start, stop)| ((start / part_s).round() as i64, (stop / part_s).round() as i64)).collect();
    // Where the windows are, they are inside the trace; sums of such places cannot overflow.
    let count = i64::try_from(sums.len() - 1).ok()?;
    if !spans.iter().all(|(start, stop)| (0..=count).contains(start) && (0..=count).contains(stop)) {
        return None;
    }
    let covered: i64 = spans.iter().map(|(start, stop)| stop - start).sum();
    let outside = count - covered;
    if covered <= 0 || outside <= 0 || whole.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let sum_at = |place: i64| usize::try_from(place).ok().and_then(|place| sums.get(place));
    let contrast = |shift: i64| {
        let inside: f64 = spans
            .iter()
            .map(|(start, stop)| Some(sum_at(stop + shift)? - sum_at(start + shift)?))
            .sum::<Option<f64>>()?;
        let difference = inside / covered as f64 - (whole - inside) / outside as f64;
        Some(difference.abs() / (whole / count as f64))
    };
    #[allow(clippy::cast_possible_truncation)] // a few thousand
    let most = (energy.shift_seconds / part_s) as i64;
    let (best, shift) = (-most..=most)
        .filter_map(|shift| Some((contrast(shift)?, shift)))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.abs().cmp(&a.1.abs())))?;
    Some(Place { contrast: contrast(0)?, best, best_s: shift as f64 * part_s })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Round;

    #[test]
    fn windows_far_outside_of_the_trace_have_no_place() {
        let samples = [1.0_f32; 100].into_iter().flat_map(f32::to_le_bytes);
        let bytes = [0xF1].into_iter().chain(1000.0_f32.to_le_bytes()).chain(samples).collect();
        let (trace, round) = (EnergyTrace::parse(bytes), Round::named("v1.3").unwrap());
        assert!(place(&trace, &[(-1e300, 1e300)], &round.energy).is_none());
        assert!(place(&trace, &[(0.02, 0.04)], &round.energy).is_some());
    }
}
