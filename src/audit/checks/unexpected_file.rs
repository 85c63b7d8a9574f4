use super::prelude::*;
use crate::source::{is_system_file, join};

check! {
    /// A run's folder contains a file that no runner writes.
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
    // The unexpected file may be a missing one with a misspelled name, which `file-missing` reports.
    if [FileRole::Results, FileRole::Log].iter().any(|role| !run.has(*role)) {
        return Outcome::NotApplicable;
    }
    let known = |name: &str| {
        FileRole::ALL.iter().any(|role| view.round.files.of(*role, run.mode).iter().any(|known| known == name))
            || name.starts_with("energy_inf_")
            || name.starts_with("trace")
            || [".gitkeep", ".gitignore", "mlperf_log_trace.json"].contains(&name)
    };
    for name in run.files.names().filter(|name| !known(name) && !is_system_file(name)) {
        found.at(&join(&run.path, name), 0, format!("`{name}` is not a runner output file"));
    }
    found.or_pass(Place::whole(&run.path))
}
