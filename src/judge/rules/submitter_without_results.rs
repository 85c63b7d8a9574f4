use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::{Entry, Kind, join, name_of, parent_of};
use crate::round::Round;
use crate::round::spelling::nearest;

rule! {
    /// A submitter's folder holds no results.
    ///
    /// The official checker passes over such a folder in silence, so that a misnamed `results` folder loses every row.
    ///
    /// Help: put the runs under `results/<system>/<benchmark>/<mode>`, or remove the folder.
    ///
    /// Official checker: leaves the submitter out in silence.
    ///
    /// Source: directory structure of the results repositories.
    "submitter-without-results", Structure, Error, check,
    explains evidence_unread
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let mut benchmarks = submission.systems_of(submitter).iter().flat_map(|system| &system.benchmarks);
        if benchmarks.all(|benchmark| benchmark.runs.is_empty()) {
            let what = if submitter.has_results {
                "its `results` folder holds no runs"
            } else {
                "there is no `results` folder"
            };
            let message = format!("submitter `{}` has no results: {what}", submitter.name);
            let finding = findings.at(&submitter.path, 0, message);
            let is_near = |entry: &&Entry| {
                let meant = nearest(entry.name(), ["results"].into_iter(), 2).is_some();
                meant && entry.name() != "results" && parent_of(&entry.path) == submitter.path
            };
            let inner = submission.entries_of(submitter).iter().find(|entry| {
                entry.kind == Kind::Folder && entry.name() == "results" && parent_of(&entry.path) != submitter.path
            });
            if let Some(inner) = inner.filter(|_| !submitter.has_results) {
                let inner = parent_of(&inner.path);
                // `closed/closed/Co` belongs to `closed/Co`, `closed/Co/Co` to `closed/Co`.
                let division = parent_of(&submitter.path);
                let right = if submitter.name == submitter.division {
                    join(division, name_of(inner))
                } else {
                    submitter.path.clone()
                };
                finding.note(format!("`{inner}` holds `results`: one folder too many"));
                finding.help(format!("move what `{inner}` holds to `{right}`"));
            } else if let Some(near) = submission.entries_of(submitter).iter().find(is_near) {
                finding.help(format!("rename `{}` to `results`", near.path));
            }
        }
    }
}
