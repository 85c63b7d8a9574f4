use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::{join, name_of};
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
        let files: Vec<_> = submission
            .entries_of(submitter)
            .iter()
            .filter(|entry| entry.is_file() && entry.path.starts_with(&prefix))
            .collect();
        if files.is_empty() {
            findings.at(&submitter.path, 0, "there is no `code` folder with files in it");
        } else if files.iter().all(|entry| tells_only(&entry.path)) {
            findings.at(&submitter.path, 0, "`code` holds documents only, neither source nor binary");
        }
    }
}

/// Whether a file is a text that tells of code, or what an operating system left behind.
pub(super) fn tells_only(path: &str) -> bool {
    let name = name_of(path).to_lowercase();
    name.starts_with('.')
        || ["readme", "license", "licence", "copying", "notice"].iter().any(|start| name.starts_with(start))
}
