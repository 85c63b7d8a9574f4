use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The commands in the log are not those of script.async.
    ///
    /// The EEMBC runner does what its script says and logs every command. Where they differ, the files are of different
    /// sessions or one of them was edited.
    ///
    /// Help: submit script and log of one and the same session.
    ///
    /// Source: directory structure of the results repositories; 701 of 718 published pairs agree.
    "script-disagrees-with-log", Evidence, Warning, check, needs evidence
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let (Some(script), Some(log)) = (&place.run.script, &place.run.log) else { continue };
        // The script begins with commands of set-up that the log does not show.
        let Some(skipped) = script.len().checked_sub(log.commands.len()) else {
            let message =
                format!("the log shows {} commands, the script has only {}", log.commands.len(), script.len());
            findings.at(place.run.path_of(FileRole::Script), 0, message);
            continue;
        };
        let differing = script[skipped..].iter().zip(&log.commands).find(|(told, done)| told.value != done.value);
        if let Some((told, done)) = differing {
            findings
                .at(
                    place.run.path_of(FileRole::Log),
                    done.line,
                    format!("the log shows another command than line {} of the script", told.line),
                )
                .label("done here")
                .also(place.run.path_of(FileRole::Script), told.line, "told here");
        }
    }
}
