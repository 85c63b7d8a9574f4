use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::submission::documents::is_checklist;
use crate::read::tree::is_dropping;
use crate::round::Round;

rule! {
    /// A name contains a space.
    ///
    /// Scripts of the working group trip over it; the official checker warns of it. The official checklist's own name
    /// contains spaces and is not meant.
    ///
    /// Help: use `_` or `-` instead.
    ///
    /// Official checker: warns.
    ///
    /// Source: `submission_checker.py`.
    "name-with-space", Structure, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let spaced: Vec<_> = submission
            .entries_of(submitter)
            .iter()
            .filter(|entry| entry.name().contains(' ') && !is_dropping(entry.name()))
            // The official form's own name may hold spaces.
            .filter(|entry| !(entry.is_file() && is_checklist(entry.name())))
            .collect();
        if let Some(first) = spaced.first() {
            let finding = findings.at(&first.path, 0, format!("the name `{}` contains a space", first.name()));
            if spaced.len() > 1 {
                finding.note(format!("{} such names are in the submission, this is the first", spaced.len()));
            }
        }
    }
}
