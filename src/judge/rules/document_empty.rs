use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::Round;

rule! {
    /// There are READMEs or files of code, and nothing is in them.
    ///
    /// Files that hold nothing but blanks are there for a checker, not for somebody who repeats the results.
    ///
    /// Help: put the README and the code there that the results were measured with.
    ///
    /// Source: MLPerf Tiny rules, 9 and 9.1.
    "document-empty", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.has_results) {
        if let Some(first) = &submitter.documents.blank_readme {
            findings.at(first, 0, "no README says anything: all of them are empty");
        }
        if submitter.documents.is_code_blank {
            findings.at(&join(&submitter.path, "code"), 0, "every file in `code` is empty");
        }
    }
}
