use super::prelude::*;
use crate::audit::follow_up;

check! {
    /// A preview system of the earlier round has not come back as available.
    ///
    /// Who submits a preview system must submit it as available in the next round, at least with one benchmark and
    /// without being slower than the policy allows; otherwise the earlier result is marked invalid.
    ///
    /// Help: submit the system as available, or tell the review committee.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "preview-not-followed-up", SystemDescription, Warning, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let Some(earlier) = &view.submission.earlier else { return Outcome::NotApplicable };
    let duties = follow_up::duties(earlier, view.submission, view.round);
    // Its systems are what shows that they came back.
    let place = (!duties.is_empty()).then(|| view.folder());
    for duty in duties {
        if let Some(message) = duty.broken {
            found.at(&duty.path, 0, message);
        }
    }
    found.or_pass(place)
}
