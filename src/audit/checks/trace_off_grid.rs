use super::prelude::*;
use crate::parse::energy_trace::microjoules;

check! {
    /// The samples of an energy trace have more digits than the monitor outputs.
    ///
    /// The LPM01A outputs four significant digits. Samples that were scaled afterwards have more.
    ///
    /// Calibrated on 115 traces of six rounds: every LPM01A sample has at most four digits. After scaling by 0.9, 94 %
    /// of the samples have more.
    ///
    /// Help: submit the trace as the monitor recorded it; if you converted it with a tool, say so in the README.
    ///
    /// Source: the monitor's output, in every published trace.
    "trace-off-grid", Energy, Warning, Run(check)
}

/// The monitor that outputs four digits.
const MONITOR: &str = "lpm01a";
/// Maximum number of samples checked per trace.
const SAMPLES: usize = 5000;
/// Relative rounding error of a sample, an `f32` with seven digits.
const ROUNDING: f64 = 3e-7;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let named = view.log().and_then(|log| log.monitor.as_ref());
    let (Some(trace), Some(_)) = (&view.run.trace, named.filter(|at| at.value.eq_ignore_ascii_case(MONITOR))) else {
        return Outcome::NotApplicable;
    };
    let samples = trace.samples();
    let step = samples.len().div_ceil(SAMPLES).max(1);
    let checked = samples.iter().step_by(step).map(microjoules).filter(|sample| *sample > 0.0);
    let (mut all, mut off) = (0_usize, 0_usize);
    for sample in checked {
        all += 1;
        off += usize::from(!has_four_digits(sample));
    }
    if off as f64 > view.round.energy.off_grid_fraction * all as f64 {
        let percent = 100.0 * off as f64 / all as f64;
        let message = format!("{percent:.0} % of the samples have more than four digits; the LPM01A outputs four");
        found.at(view.run.path_of(FileRole::Trace), 0, message);
    }
    found.or_pass((all > 0).then(|| view.at(FileRole::Trace, 0)))
}

fn has_four_digits(sample: f64) -> bool {
    let unit = 10_f64.powf(sample.log10().floor() - 3.0);
    let rounded = (sample / unit).round() * unit;
    (rounded / sample - 1.0).abs() <= ROUNDING
}
