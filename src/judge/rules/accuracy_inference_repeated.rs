use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// An input of the accuracy run is inferred more than once, or after a warm-up.
    ///
    /// The accuracy run infers every input once and cold. Repetitions on one input may average away or cache what a
    /// single inference would show.
    ///
    /// Help: run the accuracy mode with one inference and no warm-up (`infer 1 0`).
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; the accuracy scripts of both runners.
    "accuracy-inference-repeated", Accuracy, Warning, check, needs evidence, keeps figure
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        // A run that is no accuracy run at all is another rule's finding.
        let Some(log) = place.run.log.as_ref().filter(|log| log.mode.is_none_or(|mode| mode.value == Mode::Accuracy))
        else {
            continue;
        };
        let mut repeated = log.inferences.iter().filter(|one| (one.iterations, one.warmups) != (1, 0));
        if let Some(first) = repeated.next() {
            let message = format!("`infer {} {}`, expected `infer 1 0`", first.iterations, first.warmups);
            let others = repeated.count();
            let finding = findings.at(place.run.path_of(FileRole::Log), first.line, message);
            if others > 0 {
                finding.note(format!("{} of {} inferences are so", others + 1, log.inferences.len()));
            }
        }
    }
}
