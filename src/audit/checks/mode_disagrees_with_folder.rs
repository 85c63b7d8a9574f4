use super::prelude::*;
use crate::parse::claims::Claims;
use crate::parse::location::At;

check! {
    /// A log is of another kind of run than its folder says.
    ///
    /// Performance, accuracy and energy runs are different measurements of the runner.
    ///
    /// Help: put every session's files in the folder of what it measured.
    ///
    /// Source: directory structure of the results repositories; the runners' modes.
    "mode-disagrees-with-folder", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let of_json = run.json.iter().flatten().find_map(|entry| mode_of(entry.mode.as_deref()?));
    let of_claims = view.claims().and_then(mode_of_claims);
    let told = [
        ("the log", FileRole::Log, view.log().and_then(|log| log.mode)),
        ("results.json", FileRole::Json, of_json.map(|mode| At::new(mode, 1))),
        ("results.txt", FileRole::Results, of_claims.map(|mode| At::new(mode, 0))),
    ];
    let mut told = told.into_iter().filter_map(|(what, role, mode)| Some((what, role, mode?)));
    let first = told.clone().find(|(_, _, mode)| mode.value == run.mode);
    let is_other = |role: FileRole, mode: Mode| mode != run.mode && (role == FileRole::Json || !view.is_streaming());
    if let Some((what, role, mode)) = told.find(|(_, role, mode)| is_other(*role, mode.value)) {
        let message = format!("{what} is of an {} run, but lies in `{}`", mode.value, run.mode);
        let message = message.replace("an performance", "a performance");
        let finding = found.at(run.path_of(role), mode.line, message);
        if role == FileRole::Results {
            finding.help("put log and results of one session into the folder of what it measured");
        }
    }
    found.or_pass(first.map(|(_, role, mode)| view.at(role, mode.line)))
}

/// The run that results.txt is of, where it says nothing of another one.
fn mode_of_claims(claims: &Claims) -> Option<Mode> {
    let windows = !claims.windows.is_empty() || claims.throughput.is_some();
    let energy = !claims.energies.is_empty() || claims.energy.is_some();
    let answers = claims.top1.is_some() || claims.auc.is_some();
    match (windows, energy, answers) {
        (false, false, true) => Some(Mode::Accuracy),
        // The EEMBC runner prints the windows of an energy run, too.
        (_, true, false) => Some(Mode::Energy),
        (true, false, false) => Some(Mode::Performance),
        _ => None,
    }
}

fn mode_of(letter: &str) -> Option<Mode> {
    match letter {
        "a" => Some(Mode::Accuracy),
        "e" => Some(Mode::Energy),
        "p" => Some(Mode::Performance),
        _ => None,
    }
}
