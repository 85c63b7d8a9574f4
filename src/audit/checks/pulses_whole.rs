use super::prelude::*;

check! {
    /// Every activity pulse of the device is recorded.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "pulses-whole", Wakeword, Error, Figure(check),
    affects: [Wakeword],
    needs: [evidence_missing, file_missing, session_whole, wakeword_duty_cycle_impossible, wakeword_period_differs],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let Some([entry]) = view.run.json.as_deref() else {
        return view.unknown(FileRole::Json, 0, "results.json does not have exactly one entry");
    };
    let Some(edges) = &entry.dutycycle else {
        return view.unknown(FileRole::Json, 1, "results.json does not contain any activity");
    };
    let wanted = view.round.wakeword.map_or(0, |wakeword| wakeword.pulses);
    let (starts, stops) = (&edges.start_times_s, &edges.stop_times_s);
    if starts.len() != stops.len() || starts.len() < wanted {
        let why = format!(
            "{} starts and {} stops of activity are recorded, expected at least {wanted} of each",
            starts.len(),
            stops.len()
        );
        return view.unknown(FileRole::Json, 1, why);
    }
    let ordered = starts.iter().zip(stops).all(|(start, stop)| start < stop)
        && starts.iter().skip(1).zip(stops).all(|(next, stop)| stop <= next);
    if !ordered {
        return view.unknown(FileRole::Json, 1, "starts and stops of activity do not alternate");
    }
    if view.is(Mode::Energy) {
        let Some(power) = &entry.power else {
            return view.unknown(FileRole::Json, 1, "results.json does not contain any power samples");
        };
        let captured = view.log().and_then(|log| log.captured.first());
        let counted = (power.samples.len() as u64, power.timestamps.len() as u64);
        if captured.is_none_or(|logged| logged.value != counted) {
            return view.unknown(FileRole::Json, 1, "the log does not report the same number of captured samples");
        }
        if power.samples.iter().any(|sample| *sample < 0.0) {
            return view.unknown(FileRole::Json, 1, "a sample is negative");
        }
    }
    Outcome::Pass(view.at(FileRole::Json, 1))
}
