use super::prelude::*;

check! {
    /// An energy trace is shorter or longer than the time during which it was recorded.
    ///
    /// The log shows when the trace was switched on and off. A trace that is stretched, repeated or cut has another
    /// length, and its energy is not that of the inferences.
    ///
    /// Calibrated on 123 traces of four rounds: their length is 1.000 to 1.023 of the host's time.
    ///
    /// Help: submit trace and log of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4; EEMBC runner, `emon trace`.
    "trace-length", Energy, Error, Run(check),
    affects: [Energy],
    needs: [log_incomplete, mode_disagrees_with_folder],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(trace), Some(log)) = (&view.run.trace, view.log()) else { return Outcome::NotApplicable };
    let (Some(on), Some(off)) = (log.trace_on_ms, log.trace_off_ms) else { return Outcome::NotApplicable };
    let host_s = off.saturating_sub(on) as f64 / 1000.0;
    let trace_s = trace.samples().len() as f64 / trace.rate_hz;
    let limits = &view.round.timeline;
    if !(limits.trace_least * host_s..=limits.trace_most * host_s).contains(&trace_s) {
        let message = format!("the trace lasts {trace_s:.3} s; it was recorded for {host_s:.3} s");
        found.at(view.run.path_of(FileRole::Trace), 0, message).measured(trace_s, host_s, "s");
    }
    found.or_pass(Some(view.at(FileRole::Trace, 0)))
}
