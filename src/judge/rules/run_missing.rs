use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Benchmark, Submission};
use crate::round::{Mode, Round};

rule! {
    /// A run that the benchmark needs is not there.
    ///
    /// Throughput counts only beside the accuracy of the same system, and the other way round. The official checker
    /// says "looks OK" when `performance` is missing and drops the row.
    ///
    /// Help: add the run's session files; a folder that is meant for it must have its official name.
    ///
    /// Official checker: rejects a result without accuracy; a missing performance run only shows in its log, and the
    /// row is lost.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`, required_tests.
    "run-missing", Structure, Error, check,
    explains evidence_unread
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let Some(spec) = benchmark.spec(round) else { continue };
        let has = |mode: &Mode| benchmark.runs.contains_key(mode);
        let mut missing: Vec<String> =
            spec.required.iter().filter(|mode| !has(mode)).map(|mode| format!("`{mode}`")).collect();
        if !spec.required_one_of.is_empty() && !spec.required_one_of.iter().any(has) {
            let names: Vec<_> = spec.required_one_of.iter().map(|mode| format!("`{mode}`")).collect();
            missing.push(names.join(" or "));
        }
        if !missing.is_empty() {
            report(benchmark, &missing, findings);
        }
    }
}

fn report(benchmark: &Benchmark, missing: &[String], findings: &mut Findings) {
    let (noun, verb) = if missing.len() == 1 { ("run", "is") } else { ("runs", "are") };
    let finding = findings.at(&benchmark.path, 0, format!("the {noun} {} {verb} missing", missing.join(" and ")));
    if !benchmark.strange_folders.is_empty() {
        let found: Vec<_> = benchmark.strange_folders.iter().map(|name| format!("`{name}`")).collect();
        finding.note(format!("there is {}, which is no run", found.join(" and ")));
    }
}
