use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::{is_inside, name_of, parent_of};
use crate::round::Round;
use crate::round::spelling::plain;

rule! {
    /// A system with results has no description.
    ///
    /// Nobody could say what was measured; the official checker drops all results of the system.
    ///
    /// Help: write `systems/<system>.json` with the official fields, named like the system's folder under `results`.
    ///
    /// Official checker: rejects the system.
    ///
    /// Source: directory structure of the results repositories; `submission_checker.py`.
    "system-description-missing", SystemDescription, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        if system.description.is_none() {
            let expected = &system.description_path;
            let finding = findings.at(&system.path, 0, format!("system `{}` has no description", system.name));
            let near = submission.entries.iter().find(|entry| {
                entry.is_file() && is_inside(expected, parent_of(&entry.path)) && plain(&entry.path) == plain(expected)
            });
            finding.help(match near {
                Some(entry) => format!("rename `{}` to `{}`", entry.path, name_of(expected)),
                None => format!("write `{expected}`, with the official fields"),
            });
        }
    }
}
