use super::prelude::*;

check! {
    /// The benchmarks of a system were measured at different supply voltages.
    ///
    /// Energy falls with the voltage, so that the energies of a system can only be compared with each other if they
    /// were measured at one voltage.
    ///
    /// Calibrated on 18 systems of four rounds with two or more energies: the voltages of a system differ by at most
    /// 0.1 %.
    ///
    /// Help: say in `Hardware Notes` which benchmark was measured at which voltage, and why.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "supply-voltages-differ", Energy, Note, System(check)
}

/// Difference, as a fraction, that noise and rounding of a monitor explain.
const ROUNDING: f64 = 0.02;

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let runs = view.system.benchmarks.iter().filter_map(|benchmark| benchmark.run(Mode::Energy));
    let mut stated = runs.filter_map(|run| Some((run, run.supply_v?)));
    let Some((first, volts)) = stated.next() else { return Outcome::NotApplicable };
    for (run, other) in stated {
        if (other - volts).abs() > ROUNDING * volts {
            let message = format!("energy was measured at {other} V, that of `{}` at {volts} V", first.path);
            found.at(run.path_of_voltage(), 0, message).measured(other, volts, "V");
        }
    }
    found.or_pass(Place::whole(first.path_of_voltage()))
}
