use super::prelude::*;
use crate::model::Run;

check! {
    /// A benchmark was measured with a runner that the round does not permit for it.
    ///
    /// Rounds up to v1.2 permit only the EEMBC runner, v1.3 permits both runners, and later rounds permit only the
    /// MLCommons runner. The streaming wake word always requires the MLCommons runner.
    ///
    /// Help: measure again with a permitted runner.
    ///
    /// Source: MLPerf Tiny rules, 5.1.
    "runner-not-eligible", Evidence, Error, Result(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let Some(name) = &view.benchmark.name else { return Outcome::NotApplicable };
    let known = view.runs().filter_map(|run| Some((run, run.runner?)));
    let refused = known.clone().find(|(_, runner)| !view.round.runners.get(*runner).benchmarks.contains(name));
    if let Some((run, runner)) = refused {
        let (runner, round) = (runner.title(), &view.round.name);
        let message = format!("`{name}` was measured with the {runner}, which {round} does not permit for it");
        found.at(path(run), 0, message);
    }
    found.or_pass(known.map(|(run, _)| Place::whole(path(run))).next())
}

/// Returns the path of the file that shows the runner, or of the run folder.
fn path(run: &Run) -> &str {
    run.path_of(if run.has(FileRole::Log) { FileRole::Log } else { FileRole::Results })
}
