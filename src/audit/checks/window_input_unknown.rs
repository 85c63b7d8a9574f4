use super::prelude::*;
use crate::round::dataset;

check! {
    /// A timed window uses an input that is not on an official list.
    ///
    /// Performance and energy runs take their inputs from the list that the accuracy run uses.
    ///
    /// Help: measure again with the first five inputs of the official list.
    ///
    /// Source: MLPerf Tiny rules, 7; MLPerf Tiny Benchmark, 5.3.
    "window-input-unknown", Performance, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(spec) = view.spec.filter(|_| !view.is(Mode::Accuracy) && !view.is_streaming()) else {
        return Outcome::NotApplicable;
    };
    let run = view.run;
    let lists: Vec<_> = spec.lists.iter().chain(&spec.superseded_lists).filter_map(|name| dataset(name)).collect();
    let mut named =
        run.windows.iter().enumerate().filter_map(|(index, window)| Some((index, window, window.input.as_deref()?)));
    let unknown = named.clone().find(|(.., input)| !lists.iter().any(|list| list.place_of(input).is_some()));
    if let Some((index, window, input)) = unknown {
        let path = window.role.map_or(run.path.as_str(), |role| run.path_of(role));
        let accepted = spec.lists.join(" or ");
        let message = format!("window {} uses `{input}`, which is not on the list {accepted}", index + 1);
        found.at(path, window.line, message);
    }
    found.or_pass(named.next().and_then(|(_, window, _)| Some(view.at(window.role?, window.line))))
}
