use super::prelude::*;
use crate::round::Runner;

check! {
    /// The runs of one result were measured with different runners.
    ///
    /// The runners define accuracy and windows differently, so the figures of such a result do not belong together.
    ///
    /// Help: measure all runs of a benchmark with one runner, or explain in the README why not.
    ///
    /// Source: MLPerf Tiny rules, 5.3; procedures of the two runners.
    "runners-mixed", Evidence, Warning, Result(check)
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let run_with = |runner| view.runs().find(|run| run.runner == Some(runner));
    if let (Some(eembc), Some(mlcommons)) = (run_with(Runner::Eembc), run_with(Runner::Mlcommons)) {
        let message = format!(
            "`{}` was measured with the EEMBC runner, `{}` with the MLCommons runner",
            eembc.mode, mlcommons.mode
        );
        let finding = found.at(eembc.path_of(FileRole::Log), 0, message);
        finding.also(mlcommons.path_of(FileRole::Log), 0, "the log of the other runner");
    }
    let mut known = view.runs().filter(|run| run.runner.is_some());
    let first = known.next().filter(|_| known.next().is_some());
    found.or_pass(first.map(|run| Place::whole(run.path_of(FileRole::Log))))
}
