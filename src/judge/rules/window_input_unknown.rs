use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task, dataset};

rule! {
    /// A timed window uses an input that is on no official list.
    ///
    /// The inputs of performance and energy runs are taken from the list that accuracy is measured on.
    ///
    /// Help: measure with the first five inputs of the official list.
    ///
    /// Source: MLPerf Tiny rules, 7; MLPerf Tiny Benchmark, 5.3.
    "window-input-unknown", Performance, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        let Some(spec) = place.spec(round).filter(|spec| spec.task != Task::Wakeword) else { continue };
        let lists: Vec<_> = spec.lists.iter().chain(&spec.superseded_lists).filter_map(|name| dataset(name)).collect();
        let unknown = place.run.windows.iter().enumerate().find_map(|(index, window)| {
            let input = window.input.as_deref()?;
            (!lists.iter().any(|list| list.place_of(input).is_some())).then_some((index, window, input))
        });
        if let Some((index, window, input)) = unknown {
            let path = window.role.map_or(place.run.path.as_str(), |role| place.run.path_of(role));
            let accepted = spec.lists.join(" or ");
            findings.at(
                path,
                window.line,
                format!("window {} uses `{input}`, which is not on the list {accepted}", index + 1),
            );
        }
    }
}
