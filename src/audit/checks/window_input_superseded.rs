use super::prelude::*;
use crate::round::dataset;

check! {
    /// A timed window uses an input of a list that the round has replaced.
    ///
    /// The time of an inference hardly depends on the input, so the throughput stands. But the session then used files of an
    /// older round.
    ///
    /// Help: measure performance and energy with inputs of the round's list, like accuracy.
    ///
    /// Source: MLPerf Tiny rules, 7; mlcommons/tiny benchmark/evaluation/datasets.
    "window-input-superseded", Performance, Note, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(spec) = view.spec.filter(|_| !view.is(Mode::Accuracy) && !view.is_streaming()) else {
        return Outcome::NotApplicable;
    };
    let on = |names: &[String], input: &str| {
        names.iter().find(|name| dataset(name).is_some_and(|list| list.place_of(input).is_some())).cloned()
    };
    let windows = view.run.windows.iter().enumerate();
    let mut named = windows.filter_map(|(index, window)| Some((index, window, window.input.as_deref()?)));
    let old = named.clone().find_map(|(index, window, input)| {
        let list = on(&spec.superseded_lists, input).filter(|_| on(&spec.lists, input).is_none())?;
        Some((index, window, input, list))
    });
    if let Some((index, window, input, list)) = old {
        let path = window.role.map_or(view.run.path.as_str(), |role| view.run.path_of(role));
        let today = spec.lists.join(" or ");
        let message =
            format!("window {} uses `{input}`, which is on the replaced list {list}, not on {today}", index + 1);
        found.at(path, window.line, message);
    }
    found.or_pass(named.next().and_then(|(_, window, _)| Some(view.at(window.role?, window.line))))
}
