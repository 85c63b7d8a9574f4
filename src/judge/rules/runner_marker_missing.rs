use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::spelling::plain;
use crate::round::{Round, Runner};

rule! {
    /// A benchmark measured with the EEMBC runner is not marked.
    ///
    /// In rounds with two runners the official tool tells them apart by a file in the benchmark's folder; without it, it
    /// expects the other runner's files. The text of the round speaks of the run's folder, where the tool does not look.
    ///
    /// Help: put an empty file `EEMBC_RUNNER` into the benchmark's folder, beside its runs.
    ///
    /// Official checker: takes the files for the other runner's, mentions it in its log and passes.
    ///
    /// Source: `submission_checker.py`; directory structure of v1.3.
    "runner-marker-missing", Structure, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let Some(marker) = &round.runners.eembc.marker else { return };
    for (_, benchmark) in submission.benchmarks() {
        let eembc = benchmark.runs.values().any(|run| run.runner == Some(Runner::Eembc));
        let permitted = benchmark.name.as_ref().is_some_and(|name| round.runners.eembc.benchmarks.contains(name));
        if eembc && permitted && !benchmark.files.contains(marker) {
            let finding =
                findings.at(&benchmark.path, 0, format!("`{marker}` is missing, although the EEMBC runner was used"));
            if let Some(run) = benchmark.runs.values().find(|run| run.files.contains(marker)) {
                finding.help(format!("move `{marker}` from `{}` into the benchmark's folder", run.mode));
            } else if let Some(near) = benchmark.files.names().find(|name| plain(name) == plain(marker)) {
                finding.help(format!("rename `{near}` to `{marker}`"));
            }
        }
    }
}
