use super::prelude::*;
use crate::source::{is_dropping, join};

check! {
    /// A run's folder holds a file that no runner writes.
    ///
    /// The official checker compares the files of a run with a fixed list.
    ///
    /// Help: move the file out of `results`.
    ///
    /// Official checker: mentions it in its log and passes.
    ///
    /// Source: `submission_checker.py` (`files_diff`).
    "unexpected-file", Structure, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    // A misspelled name of a missing file is that check's finding.
    if [FileRole::Results, FileRole::Log].iter().any(|role| !run.has(*role)) {
        return Outcome::NotApplicable;
    }
    let known = |name: &str| {
        FileRole::ALL.iter().any(|role| view.round.files.of(*role, run.mode).iter().any(|known| known == name))
            || name.starts_with("energy_inf_")
            || name.starts_with("trace")
            || [".gitkeep", ".gitignore", "mlperf_log_trace.json"].contains(&name)
    };
    for name in run.files.names().filter(|name| !known(name) && !is_dropping(name)) {
        found.at(&join(&run.path, name), 0, format!("`{name}` is no file of a run"));
    }
    found.or_pass(Place::whole(&run.path))
}
