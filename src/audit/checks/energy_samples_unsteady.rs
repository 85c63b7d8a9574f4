use super::prelude::*;
use crate::audit::energy_shape::Shape;
use crate::round::Energy;

check! {
    /// The power inside an energy window is not steady.
    ///
    /// A window repeats the same inference, so that its samples lie around one mean. Samples that are zero or far below
    /// the mean, or parts of a window with another power, are not those of repeated inferences.
    ///
    /// Calibrated on 515 windows of four rounds: no sample is 0 or less, the 1st percentile is at least 0.45 of the mean,
    /// and the means of 100 ms are 0.948 to 1.038 of it.
    ///
    /// Help: submit the trace as the runner wrote it; if it is, check the connection of the energy monitor and measure
    /// again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; all published traces.
    "energy-samples-unsteady", Energy, Error, Run(check),
    affects: [Energy],
    fails: Unproven,
    needs: [energy_windows_elsewhere, energy_windows_misplaced, log_incomplete, mode_disagrees_with_folder, trace_length],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Energy) || view.is_streaming() {
        return Outcome::NotApplicable;
    }
    let Ok(shapes) = view.shapes() else { return Outcome::NotApplicable };
    let limits = &view.round.energy;
    let wrong: Vec<String> = shapes
        .iter()
        .enumerate()
        .filter_map(|(index, shape)| Some(format!("window {}: {}", index + 1, unsteady(shape, limits)?)))
        .collect();
    if let Some((first, others)) = wrong.split_first() {
        let finding = found.at(view.run.path_of(view.samples()), 0, first.as_str());
        for other in others {
            finding.note(other.as_str());
        }
    }
    found.or_pass((!shapes.is_empty()).then(|| view.at(view.samples(), 0)))
}

/// Describes the samples of a window, if they are not steady.
fn unsteady(shape: &Shape, limits: &Energy) -> Option<String> {
    let percent = |value: f64| 100.0 * value / shape.mean;
    let (least, most) = shape.parts;
    let range = 1.0 - limits.unsteady_fraction..=1.0 + limits.unsteady_fraction;
    if shape.least <= 0.0 {
        return Some(format!("a sample is {}; samples of a running device are above 0", shape.least));
    }
    if shape.low < limits.low_fraction * shape.mean {
        let (found, expected) = (percent(shape.low), 100.0 * limits.low_fraction);
        return Some(format!("one sample in 100 is below {found:.0} % of the mean; at least {expected:.0} % expected"));
    }
    if range.contains(&(least / shape.mean)) && range.contains(&(most / shape.mean)) {
        return None;
    }
    let (least, most, from, to) = (percent(least), percent(most), 100.0 * range.start(), 100.0 * range.end());
    Some(format!("means of 100 ms are {least:.0} to {most:.0} % of the window's mean; {from:.0} to {to:.0} % expected"))
}
