use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Results lie at another depth than `results/<system>/<benchmark>/<run>`.
    ///
    /// The official checker does not see them. Some early rounds were published with a folder more, for a model or a
    /// software stack.
    ///
    /// Help: give every variant a system folder and a description of its own.
    ///
    /// Source: directory structure of the results repositories.
    "path-too-deep", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for (system, benchmark) in submission.benchmarks() {
        let extra = benchmark.variant.as_deref().or_else(|| system.name.rsplit_once('/').map(|(stack, _)| stack));
        if let Some(extra) = extra {
            findings.at(
                &benchmark.path,
                0,
                format!("`{extra}` is a level too many, expected `results/<system>/<benchmark>/<run>`"),
            );
        }
    }
}
