use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::Identity;

check! {
    /// Two results are submitted with the log of one session.
    ///
    /// Every result needs its own measurement: a log that appears twice proves at most one result.
    ///
    /// Help: submit every result with the files of its own session.
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
                let finding = found.at(path, 1, "the log is from the session of another result");
                finding.label("the same session").also(first, 1, "log of the other result");
            }
            found.or_pass(Place::new(path, 1))
        });
    }
}
