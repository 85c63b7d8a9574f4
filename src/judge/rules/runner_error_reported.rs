use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The runner itself says that a run is not valid.
    ///
    /// It prints an error when there are not five windows, when they are too short, or when the energy monitor lost
    /// samples; some of them only into its log.
    ///
    /// Help: measure again, so that the runner reports no error.
    ///
    /// Source: the error messages of both runners ("ERROR 1", "Not valid for submission", `e-[…]`).
    "runner-error-reported", Evidence, Error, check, keeps figure
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let claims = place.run.claims.iter().map(|claims| (FileRole::Results, claims));
        let summary = place.run.log.iter().map(|log| (FileRole::Log, &log.summary));
        let reported = claims.chain(summary).find_map(|(role, claims)| Some((role, claims.runner_errors.first()?)));
        if let Some((role, error)) = reported {
            findings.at(place.run.path_of(role), error.line, format!("the runner reports `{}`", error.value));
        }
    }
}
