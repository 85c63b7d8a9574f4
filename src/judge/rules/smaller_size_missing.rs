use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A larger size of a benchmark was submitted without the smaller one.
    ///
    /// Whoever submits the larger size submits every smaller one of the same system, too.
    ///
    /// Help: measure the smaller benchmark on the same system.
    ///
    /// Official checker: rejects the larger size.
    ///
    /// Source: MLPerf Tiny rules, 2.9; `submission_checker.py`.
    "smaller-size-missing", Structure, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (system, benchmark) in submission.benchmarks() {
        let Some(spec) = benchmark.spec(round) else { continue };
        for smaller in &spec.requires {
            if !system.benchmarks.iter().any(|other| other.name.as_ref() == Some(smaller)) {
                let message = format!("`{}` needs `{smaller}` of the same system, which is missing", benchmark.folder);
                findings.at(&benchmark.path, 0, message);
            }
        }
    }
}
