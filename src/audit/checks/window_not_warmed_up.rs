use super::prelude::*;

check! {
    /// A window was measured without a warm-up.
    ///
    /// The first inference is usually slower, so that this is allowed and only to the submitter's harm.
    ///
    /// Help: measure with at least one warm-up.
    ///
    /// Source: EEMBC runner user guide.
    "window-not-warmed-up", Performance, Note, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if !view.is(Mode::Performance) {
        return Outcome::NotApplicable;
    }
    let mut timed = view.run.inferences().iter().filter(|one| one.iterations > 1);
    if let Some(cold) = timed.clone().find(|one| one.warmups == 0) {
        found.at(view.run.path_of(FileRole::Log), cold.line, "the window has no warm-up inference");
    }
    found.or_pass(timed.next().map(|first| view.at(FileRole::Log, first.line)))
}
