use std::collections::BTreeSet;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task};

rule! {
    /// Two timed windows use the same input.
    ///
    /// The windows are to use different inputs, so that none of them decides the score.
    ///
    /// Help: measure with the first five inputs of the list.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3.
    "window-input-repeated", Performance, Warning, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        if place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword) {
            continue;
        }
        let mut seen = BTreeSet::new();
        let repeated = place
            .run
            .windows
            .iter()
            .enumerate()
            .find(|(_, window)| window.input.as_ref().is_some_and(|input| !seen.insert(input)));
        if let Some((index, window)) = repeated {
            let path = window.role.map_or(place.run.path.as_str(), |role| place.run.path_of(role));
            let input = window.input.as_deref().unwrap_or_default();
            findings.at(path, window.line, format!("window {} uses `{input}` again", index + 1));
        }
    }
}
