use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A document is as `tinyaudit init` began it.
    ///
    /// The sentence that says what to write is still there, and what it asks for is not. `package` refuses it.
    ///
    /// Help: write what the sentence asks for in its place.
    ///
    /// Source: MLPerf Tiny rules, 9 (others can repeat the result).
    "scaffold-untouched", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.submitters.iter().flat_map(|submitter| &submitter.documents.placeholders) {
        findings.at(&place.value, place.line, "the text is as `tinyaudit init` began it, and says nothing yet");
    }
}
