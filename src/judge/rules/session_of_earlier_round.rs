use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A session was already submitted to the earlier round.
    ///
    /// Unchanged results may be submitted again, but not in place of a new measurement of a former preview system.
    ///
    /// Help: nothing, if the system was available before and did not change.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "session-of-earlier-round", Evidence, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let Some(earlier) = &submission.earlier else { return };
    let seen: BTreeMap<_, &str> =
        earlier.runs().filter_map(|place| Some((place.run.identity.as_ref()?, place.run.path.as_str()))).collect();
    for place in submission.runs() {
        let Some(key) = &place.run.identity else { continue };
        if let Some(path) = seen.get(key) {
            let message = format!("the session is that of `{path}` in the earlier round");
            findings.at(place.run.path_of(FileRole::Log), 1, message);
        }
    }
}
