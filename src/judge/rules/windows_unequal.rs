use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The windows of a run differ in their number of inferences or warm-ups.
    ///
    /// The runners measure all windows of a run alike.
    ///
    /// Help: check that all windows are of one session.
    ///
    /// Source: the scripts of both runners.
    "windows-unequal", Performance, Note, check, needs evidence
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        let Some((first, others)) = place.run.inferences().split_first() else { continue };
        let differs = others.iter().find(|one| (one.iterations, one.warmups) != (first.iterations, first.warmups));
        if let Some(other) = differs {
            let message = format!(
                "this window has {} inferences after {} warm-ups, the first has {} after {}",
                other.iterations, other.warmups, first.iterations, first.warmups
            );
            findings.at(place.run.path_of(FileRole::Log), other.line, message);
        }
    }
}
