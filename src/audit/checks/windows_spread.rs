use super::prelude::*;
use crate::audit::metrics::median::median;

check! {
    /// The throughput of the windows of a run differs too much.
    ///
    /// A spread of several percent means that the clock, the temperature or other work on the device changed during the
    /// measurement, so others may not be able to reproduce the median.
    ///
    /// Help: find out what differs between the windows, and explain it in the README.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable).
    "windows-spread", Performance, Note, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Performance) {
        return Outcome::NotApplicable;
    }
    let timed = view.run.windows.iter().filter_map(|window| Some((window, window.seconds.filter(|s| *s > 0.0)?)));
    let first = timed.clone().next().and_then(|(window, _)| Some(view.at(window.role?, window.line)));
    let rates: Vec<f64> = timed.map(|(window, seconds)| window.inferences as f64 / seconds).collect();
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    let Some(middle) = median(rates) else { return Outcome::NotApplicable };
    let (spread, most) = ((fastest - slowest) / middle, view.round.tolerances.window_spread);
    if spread > most {
        let (spread, most) = (100.0 * spread, 100.0 * most);
        let message = format!(
            "the slowest window has {slowest:.3} inf/s, the fastest {fastest:.3} inf/s ({spread:.1} % of the median), expected at most {most:.0} %"
        );
        found.at(view.run.path_of(FileRole::Results), 0, message).measured(spread, most, "%");
    }
    found.or_pass(first)
}
