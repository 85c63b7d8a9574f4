use super::prelude::*;
use crate::round::Runner;
use crate::schema::spelling::plain;
use crate::source::join;

check! {
    /// A benchmark measured with the EEMBC runner does not contain the marker file.
    ///
    /// In rounds with two runners the official checker distinguishes them by a file in the benchmark's folder; without
    /// that file it expects the other runner's files. The text of the round names the run folder, where the checker
    /// does not look.
    ///
    /// Help: create an empty file `EEMBC_RUNNER` in the benchmark's folder, beside its run folders.
    ///
    /// Official checker: treats the files as the other runner's, mentions it in its log and passes.
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
