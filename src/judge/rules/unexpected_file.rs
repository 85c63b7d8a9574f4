use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::is_dropping;
use crate::round::{FileRole, Round};

rule! {
    /// A run's folder holds a file that no runner writes.
    ///
    /// The official checker compares the files of a run with a fixed list.
    ///
    /// Help: move the file out of `results`.
    ///
    /// Official checker: mentions it in its log and passes.
    ///
    /// Source: `submission_checker.py` (`files_diff`).
    "unexpected-file", Structure, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let known = |name: &str| {
            FileRole::ALL.iter().any(|role| round.files.of(*role, run.mode).iter().any(|known| known == name))
                || name.starts_with("energy_inf_")
                || name.starts_with("trace")
                || [".gitkeep", ".gitignore", "mlperf_log_trace.json"].contains(&name)
        };
        for name in run.files.names().filter(|name| !known(name) && !is_dropping(name)) {
            let path = crate::read::tree::join(&run.path, name);
            // A misspelled name of a missing file is that rule's finding.
            let missing = [FileRole::Results, FileRole::Log].iter().any(|role| !run.has(*role));
            if !missing {
                findings.at(&path, 0, format!("`{name}` is no file of a run"));
            }
        }
    }
}
