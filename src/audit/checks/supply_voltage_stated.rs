use super::prelude::*;

check! {
    /// The session states one supply voltage.
    ///
    /// Energy is voltage times current times time. If the session states no voltage, or two, nobody can say at which
    /// one the energy was measured.
    ///
    /// Calibrated on 59 energy sessions of four rounds: each states exactly one.
    ///
    /// Help: submit the log and results.json as the runner wrote them; or measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "supply-voltage-stated", Energy, Error, Figure(check),
    affects: [Energy],
    needs: [evidence_missing, file_missing, session_whole],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let (run, log) = (view.run, view.log());
    if let Some(other) = log.and_then(|log| log.other_voltage_mv) {
        return view.unknown(FileRole::Log, other.line, "the log states two supply voltages");
    }
    let trials = || run.json.iter().flatten().filter_map(|entry| entry.power.as_ref());
    if let Some(volts) = trials().next().map(|power| power.voltage)
        && trials().any(|power| power.voltage != volts)
    {
        return view.unknown(FileRole::Json, 1, "the trials state different supply voltages");
    }
    let stated = log.and_then(|log| log.voltage_mv);
    match (run.supply_v, stated) {
        (Some(_), Some(at)) => Outcome::Pass(view.at(FileRole::Log, at.line)),
        (Some(_), None) => Outcome::Pass(view.at(FileRole::Json, 1)),
        (None, _) => {
            let role = if run.has(FileRole::Json) { FileRole::Json } else { FileRole::Log };
            view.unknown(role, 0, "the session does not state the supply voltage")
        }
    }
}
