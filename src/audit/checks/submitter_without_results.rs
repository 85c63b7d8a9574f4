use super::prelude::*;
use crate::schema::spelling::nearest;
use crate::source::{Entry, Kind, join, name_of, parent_of};

check! {
    /// A submitter's folder does not contain results.
    ///
    /// The official checker skips such a folder silently, so a misnamed `results` folder loses all results of the
    /// submitter.
    ///
    /// Help: put the runs under `results/<system>/<benchmark>/<mode>`, or remove the folder.
    ///
    /// Official checker: skips the submitter silently.
    ///
    /// Source: directory structure of the results repositories.
    "submitter-without-results", Structure, Error, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let submitter = view.submitter;
    if let Some(run) = view.results().find_map(|benchmark| benchmark.runs.values().next()) {
        return found.or_pass(Place::whole(&run.path));
    }
    let what =
        if submitter.has_results { "its `results` folder contains no runs" } else { "there is no `results` folder" };
    let message = format!("submitter `{}` has no results: {what}", submitter.name);
    let finding = found.at(&submitter.path, 0, message);
    let is_near = |entry: &&Entry| {
        let meant = nearest(entry.name(), ["results"].into_iter(), 2).is_some();
        meant && entry.name() != "results" && parent_of(&entry.path) == submitter.path
    };
    let inner = view.entries().iter().find(|entry| {
        entry.kind == Kind::Folder && entry.name() == "results" && parent_of(&entry.path) != submitter.path
    });
    if let Some(inner) = inner.filter(|_| !submitter.has_results) {
        let inner = parent_of(&inner.path);
        // `closed/closed/Co` and `closed/Co/Co` both belong at `closed/Co`.
        let division = parent_of(&submitter.path);
        let right =
            if submitter.name == submitter.division { join(division, name_of(inner)) } else { submitter.path.clone() };
        finding.note(format!("`{inner}` contains `results`: the path has one folder too many"));
        finding.help(format!("move the contents of `{inner}` to `{right}`"));
    } else if let Some(near) = view.entries().iter().find(is_near) {
        finding.help(format!("rename `{}` to `results`", near.path));
    }
    found.or_pass(None)
}
