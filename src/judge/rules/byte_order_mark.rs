use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system description begins with a byte-order mark.
    ///
    /// The official checker cannot read such a file and ends without a result for anybody.
    ///
    /// Help: save the file as UTF-8 without a byte-order mark.
    ///
    /// Official checker: ends its whole run, without a result for anybody.
    ///
    /// Source: `submission_checker.py` (json.load).
    "byte-order-mark", SystemDescription, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for path in submission.submitters.iter().flat_map(|submitter| &submitter.documents.byte_order_marks) {
        findings.at(path, 1, "the file begins with a byte-order mark");
    }
}
