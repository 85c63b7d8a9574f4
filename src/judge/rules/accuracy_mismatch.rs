use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task};

rule! {
    /// The claimed Top-1 is not what the outputs give.
    ///
    /// Top-1 is recomputed from every output vector of the log or results.json and the official list of classes.
    ///
    /// Help: submit log and results of one session, unedited.
    ///
    /// Source: MLPerf Tiny rules, 4.1.1; all published runs reproduce.
    "accuracy-mismatch", Accuracy, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        // The Top-1 of anomaly detection means nothing, and its definition is not public.
        let judged = place.spec(round).is_some_and(|spec| spec.task == Task::Classification);
        if let Some(figure) = place.run.scores.top1.as_ref().filter(|_| judged)
            && evidence::another_session(place.run, round).is_none()
        {
            evidence::compare(place.run, figure, ("a Top-1", "%"), round, findings);
        }
    }
}
