use super::prelude::*;
use crate::parse::location::At;
use crate::parse::results_json::Entry;

check! {
    /// The runner does not report an error.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "no-failure-reported", Evidence, Error, Figure(check),
    affects: every,
    needs: [evidence_missing, file_missing, runner_error_reported, session_whole],
}

fn check(view: &RunView<'_>, _: Kind) -> Outcome {
    let (Some(log), Some(claims)) = (view.log(), view.claims()) else {
        return view.unknown(FileRole::Log, 0, "the log or results.txt is missing");
    };
    if let Some(failure) = &log.failure {
        return view.unknown(FileRole::Log, failure.line, format!("the runner failed: {}", failure.value));
    }
    let refused = |error: &&At<String>| !error.value.contains("single-run mode");
    if let Some(error) = claims.runner_errors.iter().find(refused) {
        return view.unknown(FileRole::Results, error.line, format!("the runner reports: {}", error.value));
    }
    let failed = |entry: &Entry| entry.error.is_some();
    if view.run.json.iter().flatten().any(failed) {
        return view.unknown(FileRole::Json, 1, "an entry of results.json is an error");
    }
    Outcome::Pass(view.at(FileRole::Log, 0))
}
