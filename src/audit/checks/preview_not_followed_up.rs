use super::prelude::*;
use crate::audit::follow_up;

check! {
    /// A preview system of the earlier round was not submitted as available.
    ///
    /// A system submitted as preview must be submitted as available in the next round, with at least one benchmark and
    /// not slower than the policy allows; otherwise the earlier result is marked invalid.
    ///
    /// Help: submit the system as available, or inform the review committee.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "preview-not-followed-up", SystemDescription, Warning, Submission(check)
}

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let Some(earlier) = &view.submission.earlier else { return Outcome::NotApplicable };
    let preview_follow_ups = follow_up::preview_follow_ups(earlier, view.submission, view.round);
    // The systems of the submission show that the preview systems were submitted again.
    let place = (!preview_follow_ups.is_empty()).then(|| view.folder());
    for duty in preview_follow_ups {
        if let Some(message) = duty.broken {
            found.at(&duty.path, 0, message);
        }
    }
    found.or_pass(place)
}
