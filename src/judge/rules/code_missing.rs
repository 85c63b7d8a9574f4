use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::Round;

rule! {
    /// A submission has no code.
    ///
    /// Every benchmark comes with the source or the binary that was run, so that others can repeat it.
    ///
    /// Help: put the implementations into `code`.
    ///
    /// Source: directory structure of the results repositories; MLPerf Tiny rules, 9.1.
    "code-missing", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        let prefix = format!("{}/", join(&submitter.path, "code"));
        let has_code =
            submission.entries_of(submitter).iter().any(|entry| entry.is_file() && entry.path.starts_with(&prefix));
        if !has_code {
            findings.at(&submitter.path, 0, "there is no `code` folder with files in it");
        }
    }
}
