use super::prelude::*;

check! {
    /// The commands in the log differ from those in script.async.
    ///
    /// The EEMBC runner executes its script and logs every command. Where the two differ, the files are from different
    /// sessions, or one of them was edited.
    ///
    /// Help: submit the script and the log of the same session, unedited.
    ///
    /// Source: directory structure of the results repositories; 701 of 718 published pairs agree.
    "script-disagrees-with-log", Evidence, Warning, Run(check),
    affects: every,
    needs: [log_incomplete, log_of_another_session, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let (Some(script), Some(log)) = (&run.script, view.log()) else { return Outcome::NotApplicable };
    let (scripted, logged) = (script.len(), log.commands.len());
    // The script begins with set-up commands that are not logged.
    if let Some(skipped) = scripted.checked_sub(logged) {
        let mut pairs = script[skipped..].iter().zip(&log.commands);
        if let Some((scripted, logged)) = pairs.find(|(scripted, logged)| scripted.value != logged.value) {
            let message = format!("the command differs from line {} of the script", scripted.line);
            let finding = found.at(run.path_of(FileRole::Log), logged.line, message);
            finding.label("executed here").also(run.path_of(FileRole::Script), scripted.line, "scripted here");
        }
    } else {
        let message = format!("the log has {logged} commands, the script only {scripted}");
        found.at(run.path_of(FileRole::Script), 0, message).measured(logged as f64, scripted as f64, "");
    }
    found.or_pass(log.commands.first().map(|first| view.at(FileRole::Log, first.line)))
}
