use super::prelude::*;

check! {
    /// The energy trace covers every window, has the expected time stamps and no negative sample.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "trace-whole", Energy, Error, Figure(check),
    affects: [Energy],
    needs: [
        energy_arithmetic, energy_mismatch, energy_monitor_unknown, energy_samples_dropped, energy_windows_misplaced,
        evidence_missing, file_missing, session_whole, trace_length,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let samples = view.samples();
    match view.shapes() {
        Err((role, why)) => view.unknown(*role, 0, why),
        Ok(shapes) if shapes.iter().any(|shape| shape.impossible) => {
            view.unknown(samples, 0, "a sample is negative or not finite")
        }
        Ok(shapes) if shapes.len() == view.round.windows.count => Outcome::Pass(view.at(samples, 0)),
        Ok(shapes) => view.unknown(samples, 0, format!("the trace contains {} windows", shapes.len())),
    }
}
