use super::prelude::*;

check! {
    /// Host time goes backwards in a log.
    ///
    /// A runner writes its log line by line: a line that is older than the one above it was moved, or belongs to
    /// another session.
    ///
    /// Help: submit the log as the runner wrote it, unedited.
    ///
    /// Source: derived: host time never goes backwards in the published logs.
    "time-runs-back", Evidence, Warning, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(log) = view.log() else { return Outcome::NotApplicable };
    if let Some(back) = log.time_runs_back {
        let (before, now) = back.value;
        let (before, now) = (before as f64 / 1000.0, now as f64 / 1000.0);
        let message = format!("host time goes backwards: this line is at {now:.3} s, the line before at {before:.3} s");
        found.at(view.run.path_of(FileRole::Log), back.line, message).measured(now, before, "s");
    }
    // The EEMBC runner stamps every line, so the whole log is the evidence.
    let stamped = log.first_ms.map(|first| first.line).or_else(|| log.end_ms.map(|_| 0));
    found.or_pass(stamped.map(|line| view.at(FileRole::Log, line)))
}
