use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// A window was measured without a warm-up.
    ///
    /// The first inference is usually slower, so that this is allowed and only to the submitter's harm.
    ///
    /// Help: measure with at least one warm-up.
    ///
    /// Source: EEMBC runner user guide.
    "window-not-warmed-up", Performance, Note, check, needs evidence
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        let timed = place.run.inferences().iter().filter(|one| one.iterations > 1);
        if let Some(cold) = timed.clone().find(|one| one.warmups == 0) {
            findings.at(place.run.path_of(FileRole::Log), cold.line, "the window has no warm-up inference");
        }
    }
}
