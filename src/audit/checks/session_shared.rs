use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::Identity;

check! {
    /// One session's log stands for two results.
    ///
    /// Every result is measured on its own; a log that appears twice proves at most one of them.
    ///
    /// Help: submit the session that each result comes from.
    ///
    /// Source: MLPerf Tiny rules, 2.3 and 2.4.
    "session-shared", Evidence, Error, Across(check),
    affects: every,
}

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    let mut seen: BTreeMap<&Identity, &str> = BTreeMap::new();
    for run in view.submission.runs().map(|place| place.run) {
        let Some(key) = &run.identity else { continue };
        let path = run.path_of(FileRole::Log);
        let first = *seen.entry(key).or_insert(path);
        across.judge(run, |mut found| {
            if first != path {
                let finding = found.at(path, 1, "the session is that of another result");
                finding.label("begins as the other").also(first, 1, "the other result's log");
            }
            found.or_pass(Place::new(path, 1))
        });
    }
}
