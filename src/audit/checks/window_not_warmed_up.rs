use super::prelude::*;

check! {
    /// A window was measured without a warm-up.
    ///
    /// The first inference is usually slower. Measuring without a warm-up is allowed, as it can only worsen the result.
    ///
    /// Help: measure with at least one warm-up per window.
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
