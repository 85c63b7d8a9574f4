use super::prelude::*;
use crate::audit::metrics::median::median;
use crate::model::Run;
use crate::round::Task;

check! {
    /// The power of a window differs from that of the others.
    ///
    /// All windows run the same code, and the mean power during inference is steady. A window with another power
    /// contains something else, or its samples were changed.
    ///
    /// Calibrated on 83 energy runs of four rounds: windows differ by at most 1 %; a window whose samples were scaled
    /// is found from 5 %.
    ///
    /// Help: measure again; if the difference remains, say in the README what else the device did.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "energy-windows-uneven", Energy, Warning, Run(check)
}

/// Returns the mean power of each window of an energy run, in mW.
pub(super) fn powers(run: &Run) -> Vec<f64> {
    let power = |energy: f64, seconds: f64| energy / seconds / 1000.0;
    let windows = run.windows.iter().filter_map(|window| Some(power(window.energy_uj?, window.seconds?)));
    windows.filter(|power| power.is_finite() && *power > 0.0).collect()
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Energy) || view.spec.is_none_or(|spec| spec.task == Task::Wakeword) {
        return Outcome::NotApplicable;
    }
    let powers = powers(view.run);
    let Some(middle) = median(powers.clone()) else { return Outcome::NotApplicable };
    let most = view.round.energy.uneven_fraction;
    let uneven = powers.iter().enumerate().find(|(_, power)| (**power / middle - 1.0).abs() > most);
    let path = view.run.path_of_samples();
    if let Some((index, power)) = uneven {
        let message = format!(
            "window {} has a mean power of {power:.3} mW, the median of all windows is {middle:.3} mW ({:+.1} %), \
             tolerance {:.0} %",
            index + 1,
            100.0 * (power / middle - 1.0),
            100.0 * most
        );
        found.at(path, 0, message).measured(*power, middle, "mW");
    }
    // A single window cannot be compared.
    found.or_pass((powers.len() > 1).then(|| Place::whole(path)))
}
