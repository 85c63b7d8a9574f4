use super::prelude::*;

check! {
    /// The commands in the log are not those of script.async.
    ///
    /// The EEMBC runner does what its script says and logs every command. Where they differ, the files are of different
    /// sessions or one of them was edited.
    ///
    /// Help: submit script and log of one and the same session.
    ///
    /// Source: directory structure of the results repositories; 701 of 718 published pairs agree.
    "script-disagrees-with-log", Evidence, Warning, Run(check),
    affects: every,
    needs: [log_incomplete, log_of_another_session, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let (Some(script), Some(log)) = (&run.script, view.log()) else { return Outcome::NotApplicable };
    let (told, done) = (script.len(), log.commands.len());
    // The script begins with commands of set-up that the log does not show.
    if let Some(skipped) = told.checked_sub(done) {
        let mut pairs = script[skipped..].iter().zip(&log.commands);
        if let Some((told, done)) = pairs.find(|(told, done)| told.value != done.value) {
            let message = format!("the log shows another command than line {} of the script", told.line);
            let finding = found.at(run.path_of(FileRole::Log), done.line, message);
            finding.label("done here").also(run.path_of(FileRole::Script), told.line, "told here");
        }
    } else {
        let message = format!("the log shows {done} commands, the script has only {told}");
        found.at(run.path_of(FileRole::Script), 0, message).measured(done as f64, told as f64, "");
    }
    found.or_pass(log.commands.first().map(|first| view.at(FileRole::Log, first.line)))
}
