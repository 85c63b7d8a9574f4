use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A submission has no README.
    ///
    /// Others must be able to repeat the results.
    ///
    /// Help: say in a README how the results are repeated.
    ///
    /// Source: directory structure of the results repositories (mandatory files); MLPerf Tiny rules, 9.
    "readme-missing", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        let is_readme = |name: &str| name.to_lowercase().starts_with("readme");
        if !submission.entries_of(submitter).iter().any(|entry| entry.is_file() && is_readme(entry.name())) {
            findings.at(&submitter.path, 0, "there is no README in the whole submission");
        }
    }
}
