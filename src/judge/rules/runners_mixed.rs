use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Round, Runner};

rule! {
    /// The runs of one result were measured with different runners.
    ///
    /// The runners define accuracy and windows differently, so that the figures of a result do not belong together.
    ///
    /// Help: measure all runs of a benchmark with one runner, or say in the README why not.
    ///
    /// Source: MLPerf Tiny rules, 5.3; procedures of the two runners.
    "runners-mixed", Evidence, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let of = |runner| benchmark.runs.values().find(|run| run.runner == Some(runner));
        if let (Some(eembc), Some(mlcommons)) = (of(Runner::Eembc), of(Runner::Mlcommons)) {
            let path = |run: &Run| {
                if run.has(FileRole::Log) { run.path_of(FileRole::Log).to_owned() } else { run.path.clone() }
            };
            let message =
                format!("`{}` is of the EEMBC runner, `{}` of the MLCommons runner", eembc.mode, mlcommons.mode);
            findings.at(&path(eembc), 0, message).also(&path(mlcommons), 0, "another runner's");
        }
    }
}
