use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task};

rule! {
    /// A timed window holds fewer inferences than it must.
    ///
    /// Every window has at least ten inferences, so that one outlier does not decide it.
    ///
    /// Help: raise the number of inferences of a window and measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("a minimum of 10 seconds and 10 iterations").
    "window-too-few-inferences", Performance, Error, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    let minimum = round.windows.min_inferences;
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        if place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword) {
            continue;
        }
        // A window of a trace without its inference is a lost stamp, another rule's finding.
        let few = place.run.windows.iter().enumerate().find(|(_, window)| (1..minimum).contains(&window.inferences));
        if let Some((index, window)) = few {
            let path = window.role.map_or(place.run.path.as_str(), |role| place.run.path_of(role));
            let message =
                format!("window {} has {} inferences, expected at least {minimum}", index + 1, window.inferences);
            findings.at(path, window.line, message);
        }
    }
}
