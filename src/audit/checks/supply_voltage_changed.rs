use super::prelude::*;
use crate::audit::lineage;

check! {
    /// A board's energy is measured at another supply voltage than in the earlier round.
    ///
    /// From 3.3 V to 3.0 V energy falls by a fifth, without any change of the device. Results of the two rounds do not
    /// compare.
    ///
    /// Calibrated on two rounds: of 16 energies of boards that came back, three of one board changed, from 1.8 V to 3 V.
    ///
    /// Help: name the voltage in `Hardware Notes`.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "supply-voltage-changed", Energy, Note, Submission(check)
}

/// Volts that a monitor's rounding explains.
const ROUNDING: f64 = 0.05;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let Some(earlier) = &view.submission.earlier else { return Outcome::NotApplicable };
    let mut compared = None;
    for kin in lineage::pairs(earlier, view.submission) {
        for benchmark in &kin.new.benchmarks {
            let before =
                kin.old.benchmarks.iter().find(|one| one.name == benchmark.name && one.variant == benchmark.variant);
            let (Some(now), Some(before)) =
                (benchmark.runs.get(&Mode::Energy), before.and_then(|before| before.runs.get(&Mode::Energy)))
            else {
                continue;
            };
            let (Some(volts), Some(old)) = (now.supply_v, before.supply_v) else { continue };
            let path = now.path_of(if now.has(FileRole::Json) { FileRole::Json } else { FileRole::Log });
            compared.get_or_insert(path);
            if (volts - old).abs() > ROUNDING {
                let message = format!(
                    "energy is measured at {volts} V, in the earlier round at {old} V (`{}`, {})",
                    before.path, kin.by
                );
                found.at(path, 0, message).measured(volts, old, "V");
            }
        }
    }
    found.or_pass(compared.map(Place::whole))
}
