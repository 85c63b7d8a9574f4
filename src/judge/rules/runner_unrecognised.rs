use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A log was written by no runner we know.
    ///
    /// Results count only when measured with the EEMBC or the MLCommons runner, whose logs look like no others.
    ///
    /// Help: add the log the runner wrote, unedited.
    ///
    /// Source: MLPerf Tiny rules, 5.1.
    "runner-unrecognised", Evidence, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let damaged = run.damage.iter().any(|(role, _)| *role == FileRole::Log);
        if run.has(FileRole::Log) && run.log.is_none() && !damaged {
            findings.at(run.path_of(FileRole::Log), 1, "the log is neither of the EEMBC nor of the MLCommons runner");
        }
    }
}
