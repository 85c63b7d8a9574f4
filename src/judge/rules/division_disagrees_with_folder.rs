use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system description names another division than the folder it lies in.
    ///
    /// The folder decides what is published, so one of the two is a mistake.
    ///
    /// Help: set `Division` to the division's folder name, or move the results.
    ///
    /// Source: system description template; MLPerf Tiny rules, 6.
    "division-disagrees-with-folder", SystemDescription, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in submission.systems.iter().filter(|system| round.divisions.contains(&system.division)) {
        let Some(field) = system.description.as_ref().and_then(|description| description.get("Division")) else {
            continue;
        };
        let claimed = field.as_str().trim();
        if !claimed.is_empty() && claimed.to_lowercase() != system.division {
            findings.at(
                &system.description_path,
                field.line,
                format!("`Division` is `{claimed}`, but the results lie under `{}`", system.division),
            );
        }
    }
}
