use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The host's time stamps of a log run backwards.
    ///
    /// A runner writes its log line by line; a line that is older than the one above it was moved or belongs to another
    /// session.
    ///
    /// Help: submit the log as the runner wrote it.
    ///
    /// Source: derived: all published logs run forwards.
    "time-runs-back", Evidence, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(back) = place.run.log.as_ref().and_then(|log| log.time_runs_back) else { continue };
        let (before, now) = back.value;
        let message = format!(
            "this line is of {:.3} s, the line before of {:.3} s on the host's clock",
            now as f64 / 1000.0,
            before as f64 / 1000.0
        );
        findings.at(place.run.path_of(FileRole::Log), back.line, message);
    }
}
