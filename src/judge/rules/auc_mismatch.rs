use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round};

rule! {
    /// The claimed AUC is not what the outputs give.
    ///
    /// The area under the ROC curve is recomputed in the definition of the runner that printed it: the EEMBC runner's
    /// thresholds, or the MLCommons runner's exact area.
    ///
    /// Help: submit log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; all published runs reproduce.
    "auc-mismatch", Accuracy, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        if let Some(figure) = &place.run.scores.auc
            && evidence::another_session(place.run, round).is_none()
        {
            evidence::compare(place.run, figure, ("an AUC", ""), round, findings);
        }
    }
}
