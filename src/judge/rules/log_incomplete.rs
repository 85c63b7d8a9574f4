use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A log does not run from the start of its session to the end.
    ///
    /// Both runners close their logs; one that stops earlier was cut, or the run was ended.
    ///
    /// Help: add the whole log of the session the results come from.
    ///
    /// Source: the logs both runners write.
    "log-incomplete", Evidence, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(log) = &place.run.log else { continue };
        let path = place.run.path_of(FileRole::Log);
        if log.session.is_none() {
            findings.at(path, 1, "the log does not show the start of its session");
        } else if !log.closed {
            findings.at(path, 0, "the log does not show the end of its session");
        }
    }
}
