use super::energy_windows_uneven::powers;
use super::prelude::*;
use crate::audit::metrics::median::median;
use crate::round::Task;

check! {
    /// The power of a benchmark differs from that of the board's other benchmarks.
    ///
    /// A processor that infers draws about the same power for every model. A difference may have a reason, such as an
    /// accelerator that one model does not use.
    ///
    /// Calibrated on 57 results of four rounds, on boards with three or more results: the power is at most 1.21 times
    /// that of another.
    ///
    /// Help: say in the README what differs: clocks, supply, accelerator.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.4.
    "power-unlike-board", Energy, Note, System(check)
}

/// Minimum number of other benchmarks on the board.
const OTHERS: usize = 2;

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let benchmarks = view.system.benchmarks.iter();
    let own: Vec<(&str, f64)> = benchmarks
        .filter(|benchmark| benchmark.spec(view.round).is_some_and(|spec| spec.task != Task::Wakeword))
        .filter_map(|benchmark| {
            let run = benchmark.run(Mode::Energy)?;
            Some((run.path_of_samples(), median(powers(run))?))
        })
        .collect();
    if own.len() <= OTHERS {
        return Outcome::NotApplicable;
    }
    for (index, (path, power)) in own.iter().enumerate() {
        // Compared with the nearest of the others, so that one outlier does not make the others outliers.
        let apart = |other: &f64| (power / other).max(other / power);
        let others = own.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, (_, power))| *power);
        let nearest = others.min_by(|a, b| apart(a).total_cmp(&apart(b)));
        if let Some(nearest) = nearest.filter(|nearest| apart(nearest) > view.round.energy.board_power_factor) {
            let message = format!(
                "the mean power is {power:.3} mW; the nearest of the board's other benchmarks draws {nearest:.3} mW"
            );
            found.at(path, 0, message).measured(*power, nearest, "mW");
        }
    }
    found.or_pass(own.first().map(|(path, _)| Place::whole(path)))
}
