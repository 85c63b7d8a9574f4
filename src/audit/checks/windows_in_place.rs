use super::prelude::*;
use crate::audit::energy_shape::edge;

check! {
    /// The power at the start and end of every window matches that of its middle.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; what every published session
    /// shows.
    "windows-in-place", Energy, Error, Figure(check),
    affects: [Energy],
    needs: [
        energy_arithmetic, energy_mismatch, energy_samples_unsteady, energy_windows_elsewhere, energy_windows_misplaced, evidence_missing, file_missing, session_whole,
        trace_whole,
    ],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let round = view.round;
    let shapes = match view.shapes() {
        Ok(shapes) => shapes,
        Err((role, why)) => return view.unknown(*role, 0, why),
    };
    // A window without a middle is far too short, which another check reports.
    let mut with_middle = shapes.iter().enumerate().filter(|(_, shape)| shape.samples >= 3 * edge(round)).peekable();
    if with_middle.peek().is_none() {
        return Outcome::NotApplicable;
    }
    for (index, shape) in with_middle {
        let [first, middle, last] = shape.means;
        let near = 1.0 - round.energy.edge_fraction..=1.0 + round.energy.edge_fraction;
        for (name, mean) in [("first", first), ("last", last)] {
            let ratio = mean / middle;
            if !near.contains(&ratio) {
                let (seconds, percent) = (round.energy.edge_seconds, 100.0 * ratio);
                let why = format!(
                    "the {name} {seconds} s of window {} have {percent:.0} % of the power of its middle",
                    index + 1
                );
                return view.unknown(view.samples(), 0, why);
            }
        }
    }
    Outcome::Pass(view.at(view.samples(), 0))
}
