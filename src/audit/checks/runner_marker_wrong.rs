use super::prelude::*;
use crate::round::Runner;
use crate::source::join;

check! {
    /// A benchmark contains the marker file of the EEMBC runner, but was not measured with it.
    ///
    /// The official checker expects the EEMBC runner's files.
    ///
    /// Help: remove the marker file.
    ///
    /// Source: `submission_checker.py`.
    "runner-marker-wrong", Structure, Warning, Result(check)
}

fn check(view: &ResultView<'_>, mut found: Findings) -> Outcome {
    let benchmark = view.benchmark;
    let Some(marker) = view.round.runners.eembc.marker.as_ref().filter(|marker| benchmark.files.contains(marker))
    else {
        return Outcome::NotApplicable;
    };
    let mut runners = view.runs().filter_map(|run| run.runner).peekable();
    if runners.peek().is_none() {
        return Outcome::NotApplicable;
    }
    let path = join(&benchmark.path, marker);
    if runners.all(|runner| runner == Runner::Mlcommons) {
        found.at(&path, 0, "the file marks the EEMBC runner, but the logs are from the MLCommons runner");
    }
    found.or_pass(Place::whole(&path))
}
