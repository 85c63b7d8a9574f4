use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Round, Runner};

rule! {
    /// A benchmark is marked as measured with the EEMBC runner, but was not.
    ///
    /// The official tool will expect the EEMBC runner's files.
    ///
    /// Help: remove the mark.
    ///
    /// Source: `submission_checker.py`.
    "runner-marker-wrong", Structure, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let Some(marker) = &round.runners.eembc.marker else { return };
    for (_, benchmark) in submission.benchmarks().filter(|(_, benchmark)| benchmark.files.contains(marker)) {
        let mut runners = benchmark.runs.values().filter_map(|run| run.runner).peekable();
        if runners.peek().is_some() && runners.all(|runner| runner == Runner::Mlcommons) {
            let path = crate::read::tree::join(&benchmark.path, marker);
            findings.at(&path, 0, "the logs are of the MLCommons runner");
        }
    }
}
