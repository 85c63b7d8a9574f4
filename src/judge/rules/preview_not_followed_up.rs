use crate::judge::follow_up;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A preview system of the earlier round has not come back as available.
    ///
    /// Who submits a preview system must submit it as available in the next round, at least with one benchmark and
    /// without being slower than the policy allows; otherwise the earlier result is marked invalid.
    ///
    /// Help: submit the system as available, or tell the review committee.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "preview-not-followed-up", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let Some(earlier) = &submission.earlier else { return };
    for duty in follow_up::duties(earlier, submission, round) {
        if let Some(message) = duty.broken {
            findings.at(&duty.path, 0, message);
        }
    }
}
