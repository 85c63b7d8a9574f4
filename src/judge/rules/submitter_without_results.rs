use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A submitter's folder holds no results.
    ///
    /// The official checker passes over such a folder in silence, so that a misnamed `results` folder loses every row.
    ///
    /// Help: put the runs under `results/<system>/<benchmark>/<mode>`, or remove the folder.
    ///
    /// Official checker: leaves the submitter out in silence.
    ///
    /// Source: directory structure of the results repositories.
    "submitter-without-results", Structure, Error, check,
    explains "evidence-unread"
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let prefix = crate::read::tree::join(&submitter.path, "results/");
        let has_runs = submission.runs().any(|place| place.run.path.starts_with(&prefix));
        if !has_runs {
            let what = if submitter.has_results {
                "its `results` folder holds no runs"
            } else {
                "there is no `results` folder"
            };
            findings.at(&submitter.path, 0, format!("submitter `{}` has no results: {what}", submitter.name));
        }
    }
}
