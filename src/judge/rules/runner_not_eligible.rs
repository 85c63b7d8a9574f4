use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A benchmark was measured with a runner that the round does not permit for it.
    ///
    /// The EEMBC runner was the only one until v1.2, either counted in v1.3, and since then only the MLCommons runner
    /// does; the streaming wake word always needs the MLCommons runner.
    ///
    /// Help: measure again with a permitted runner.
    ///
    /// Source: MLPerf Tiny rules, 5.1.
    "runner-not-eligible", Evidence, Error, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let Some(name) = &benchmark.name else { continue };
        let refused = benchmark.runs.values().find_map(|run| {
            let runner = run.runner?;
            (!round.runners.get(runner).benchmarks.contains(name)).then_some((run, runner))
        });
        if let Some((run, runner)) = refused {
            let path = [FileRole::Log, FileRole::Results].into_iter().find(|role| run.has(*role));
            findings.at(
                path.map_or(run.path.as_str(), |role| run.path_of(role)),
                0,
                format!(
                    "`{name}` was measured with the {}, which {} does not permit for it",
                    runner.title(),
                    round.name
                ),
            );
        }
    }
}
