use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A system description cannot be read.
    ///
    /// It has to be strict JSON. One unreadable description ends the official checker for every submitter.
    ///
    /// Help: mend the JSON at that line; a missing or surplus comma and a line break inside a text are the usual causes.
    ///
    /// Official checker: ends its whole run, without a result for anybody.
    ///
    /// Source: `submission_checker.py` reads it as JSON.
    "system-description-malformed", SystemDescription, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        if let Some(damage) = system.description.as_ref().and_then(|description| description.damage.as_ref()) {
            findings.at(&system.description_path, damage.line, damage.message.clone());
        }
    }
}
