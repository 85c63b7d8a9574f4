use super::prelude::*;
use crate::audit::lineage;

check! {
    /// A board's energy was measured at a different supply voltage than in the earlier round.
    ///
    /// From 3.3 V to 3.0 V, energy falls by a fifth without any change to the device. The energies of the two rounds
    /// cannot be compared.
    ///
    /// Calibrated on two rounds: of 16 energies of boards that were submitted again, three changed, all of one board,
    /// from 1.8 V to 3 V.
    ///
    /// Help: state the supply voltage in `Hardware Notes`.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "supply-voltage-changed", Energy, Note, Submission(check)
}

/// Difference in volts that the rounding of a monitor explains.
const ROUNDING: f64 = 0.05;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let Some(earlier) = &view.submission.earlier else { return Outcome::NotApplicable };
    let mut compared = None;
    for pair in lineage::pairs(earlier, view.submission) {
        for benchmark in &pair.new.benchmarks {
            let before =
                pair.old.benchmarks.iter().find(|one| one.name == benchmark.name && one.variant == benchmark.variant);
            let (Some(now), Some(before)) =
                (benchmark.run(Mode::Energy), before.and_then(|before| before.run(Mode::Energy)))
            else {
                continue;
            };
            let (Some(volts), Some(old)) = (now.supply_v, before.supply_v) else { continue };
            let path = now.path_of_voltage();
            compared.get_or_insert(path);
            if (volts - old).abs() > ROUNDING {
                let message = format!(
                    "energy was measured at {volts} V, in the earlier round at {old} V (`{}`, {})",
                    before.path, pair.by
                );
                found.at(path, 0, message).measured(volts, old, "V");
            }
        }
    }
    found.or_pass(compared.map(Place::whole))
}
