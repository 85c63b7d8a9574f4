use super::prelude::*;
use crate::audit::metrics::wakeword;

check! {
    /// The duty cycle that results.json states is not that of its pulses.
    ///
    /// results.json contains the edges of all activity pulses and, computed from them, duty cycle, period and processing
    /// time. If they differ, one of them was changed.
    ///
    /// Calibrated on 14 wake word runs of two rounds: all agree.
    ///
    /// Help: submit results.json as the runner wrote it, or measure again.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1 and 5.1; MLCommons runner, duty cycle.
    "wakeword-duty-disagrees", Wakeword, Error, Run(check),
    affects: [Wakeword],
    needs: [log_incomplete, mode_disagrees_with_folder],
}

/// Maximum difference between stated and computed value, as a fraction.
const ROUNDING: f64 = 1e-3;

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(entry) = view.run.json.iter().flatten().next().filter(|_| view.is_streaming()) else {
        return Outcome::NotApplicable;
    };
    let Some(edges) = &entry.dutycycle else { return Outcome::NotApplicable };
    let Some(duty) = wakeword::duty(&edges.start_times_s, &edges.stop_times_s) else { return Outcome::NotApplicable };
    let compared = [
        ("duty cycle", edges.duty_cycle, duty.cycle, ""),
        ("period", edges.period, duty.period_s, "s"),
        ("processing time", edges.processing_time, 1.0 / duty.throughput, "s"),
    ];
    for (name, stated, computed, unit) in compared {
        let Some(stated) = stated else { continue };
        if (stated - computed).abs() > ROUNDING * computed.abs() {
            let message = format!("the {name} is stated as {stated:.6}, the pulses give {computed:.6}");
            found.at(view.run.path_of(FileRole::Json), 1, message).measured(stated, computed, unit);
        }
    }
    found.or_pass(Some(view.at(FileRole::Json, 1)))
}
