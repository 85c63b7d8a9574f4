use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Identity, Submission};
use crate::round::{FileRole, Round};

rule! {
    /// One session's log stands for two results.
    ///
    /// Every result is measured on its own; a log that appears twice proves at most one of them.
    ///
    /// Help: submit the session that each result comes from.
    ///
    /// Source: MLPerf Tiny rules, 2.3 and 2.4.
    "session-shared", Evidence, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let mut seen: BTreeMap<&Identity, &str> = BTreeMap::new();
    for place in submission.runs() {
        let Some(key) = &place.run.identity else { continue };
        let path = place.run.path_of(FileRole::Log);
        if let Some(first) = seen.get(key) {
            findings.at(path, 1, "the session is that of another result").label("begins as the other").also(
                first,
                1,
                "the other result's log",
            );
        } else {
            seen.insert(key, path);
        }
    }
}
