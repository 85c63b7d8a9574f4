use std::collections::BTreeMap;

use super::prelude::*;

check! {
    /// Sessions were already submitted in the earlier round.
    ///
    /// Unchanged results may be submitted again, but they do not replace the new measurement that a former preview
    /// system needs. There is one finding per submitter, which lists all of its sessions that are not new.
    ///
    /// Help: nothing to do if the systems were available before and did not change; otherwise measure again.
    ///
    /// Source: MLPerf submission rules, 7.3.2.
    "session-of-earlier-round", Evidence, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let Some(earlier) = &view.submission().earlier else { return Outcome::NotApplicable };
    let seen: BTreeMap<_, &str> =
        earlier.runs().filter_map(|place| Some((place.run.identity.as_ref()?, place.run.path.as_str()))).collect();
    let runs = view.results().flat_map(|benchmark| benchmark.runs.values());
    let known: Vec<_> = runs.filter_map(|run| Some((run, seen.get(run.identity.as_ref()?)))).collect();
    let again: Vec<_> = known.iter().filter_map(|(run, before)| Some((*run, (*before)?))).collect();
    if let [(first, before), others @ ..] = &again[..] {
        let message = match (again.len(), known.len()) {
            (1, _) => format!("the session was already submitted as `{before}` in the earlier round"),
            (count, all) if count == all => format!("all {all} sessions were already submitted in the earlier round"),
            (count, all) => format!("{count} of {all} sessions were already submitted in the earlier round"),
        };
        let finding = found.at(first.path_of(FileRole::Log), 1, message);
        if !others.is_empty() {
            finding.label(format!("`{before}` in the earlier round"));
        }
        for (run, before) in others {
            finding.also(run.path_of(FileRole::Log), 1, format!("`{before}` in the earlier round"));
        }
    }
    found.or_pass(known.first().map(|(run, _)| Place::new(run.path_of(FileRole::Log), 1)))
}
