use super::prelude::*;
use crate::round::Runner;
use crate::round::spelling::plain;
use crate::source::join;

check! {
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
    "runner-marker-missing", Structure, Error, Result(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let (benchmark, eembc) = (view.benchmark, &view.round.runners.eembc);
    let Some(marker) = &eembc.marker else { return Outcome::NotApplicable };
    let used = view.runs().any(|run| run.runner == Some(Runner::Eembc));
    let permitted = benchmark.name.as_ref().is_some_and(|name| eembc.benchmarks.contains(name));
    if !used || !permitted {
        return Outcome::NotApplicable;
    }
    if !benchmark.files.contains(marker) {
        let message = format!("`{marker}` is missing, although the EEMBC runner was used");
        let finding = found.at(&benchmark.path, 0, message);
        if let Some(run) = view.runs().find(|run| run.files.contains(marker)) {
            finding.help(format!("move `{marker}` from `{}` into the benchmark's folder", run.mode));
        } else if let Some(near) = benchmark.files.names().find(|name| plain(name) == plain(marker)) {
            finding.help(format!("rename `{near}` to `{marker}`"));
        }
    }
    found.or_pass(Place::whole(&join(&benchmark.path, marker)))
}
