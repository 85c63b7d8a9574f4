use std::collections::BTreeMap;

use super::prelude::*;

check! {
    /// A session was already submitted in the earlier round.
    ///
    /// Unchanged results may be submitted again, but they do not replace the new measurement that a former preview
    /// system needs.
    ///
    /// Help: nothing to do if the system was available before and did not change; otherwise measure again.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "session-of-earlier-round", Evidence, Note, Across(check),
    affects: every,
}

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    let Some(earlier) = &view.submission.earlier else { return };
    let seen: BTreeMap<_, &str> =
        earlier.runs().filter_map(|place| Some((place.run.identity.as_ref()?, place.run.path.as_str()))).collect();
    for run in view.submission.runs().map(|place| place.run) {
        let Some(key) = &run.identity else { continue };
        let path = run.path_of(FileRole::Log);
        across.judge(run, |mut found| {
            if let Some(before) = seen.get(key) {
                found.at(path, 1, format!("the session was already submitted as `{before}` in the earlier round"));
            }
            found.or_pass(Place::new(path, 1))
        });
    }
}
