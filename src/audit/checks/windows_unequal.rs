use super::prelude::*;

check! {
    /// The windows of a run differ in their number of inferences or warm-ups.
    ///
    /// The runners measure all windows of a run with the same numbers.
    ///
    /// Help: submit windows that are all from one session.
    ///
    /// Source: the scripts of both runners.
    "windows-unequal", Performance, Note, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some((first, others)) = view.run.inferences().split_first().filter(|_| view.is(Mode::Performance)) else {
        return Outcome::NotApplicable;
    };
    let differs = others.iter().find(|one| (one.iterations, one.warmups) != (first.iterations, first.warmups));
    if let Some(other) = differs {
        let message = format!(
            "this window has {} inferences after {} warm-ups, the first has {} after {}",
            other.iterations, other.warmups, first.iterations, first.warmups
        );
        let (count, expected) = if other.iterations == first.iterations {
            (other.warmups, first.warmups)
        } else {
            (other.iterations, first.iterations)
        };
        let path = view.run.path_of(FileRole::Log);
        found.at(path, other.line, message).measured(count as f64, expected as f64, "");
    }
    found.or_pass(others.first().map(|other| view.at(FileRole::Log, other.line)))
}
