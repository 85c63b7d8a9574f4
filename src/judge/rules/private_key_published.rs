use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A file of `code` holds a private key.
    ///
    /// The submission becomes public.
    ///
    /// Help: remove the key and replace it wherever it is used.
    ///
    /// Source: MLPerf Tiny rules, 9.1 (submissions are made public).
    "private-key-published", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for file in submission.submitters.iter().flat_map(|submitter| &submitter.documents.code) {
        if let Some(key) = file.private_key {
            findings.at(&file.path, key.line, "a private key begins here");
        }
    }
}
