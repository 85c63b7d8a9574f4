use super::prelude::*;
use crate::parse::claims::Claims;
use crate::parse::location::At;

check! {
    /// The mode of a run's files differs from the folder they are in.
    ///
    /// Performance, accuracy and energy runs are different measurements of a runner.
    ///
    /// Help: move every session's files to the folder of the mode it measured.
    ///
    /// Source: directory structure of the results repositories; the runners' modes.
    "mode-disagrees-with-folder", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let of_json = run.json.iter().flatten().find_map(|entry| mode_of(entry.mode.as_deref()?));
    let of_claims = view.claims().and_then(mode_of_claims);
    let modes = [
        ("the log", FileRole::Log, view.log().and_then(|log| log.mode)),
        ("results.json", FileRole::Json, of_json.map(|mode| At::new(mode, 1))),
        ("results.txt", FileRole::Results, of_claims.map(|mode| At::new(mode, 0))),
    ];
    let mut modes = modes.into_iter().filter_map(|(what, role, mode)| Some((what, role, mode?)));
    let first = modes.clone().find(|(_, _, mode)| mode.value == run.mode);
    let is_other = |role: FileRole, mode: Mode| mode != run.mode && (role == FileRole::Json || !view.is_streaming());
    if let Some((what, role, mode)) = modes.find(|(_, role, mode)| is_other(*role, mode.value)) {
        let message = format!("{what} is from an {} run, but is in `{}`", mode.value, run.mode);
        let message = message.replace("an performance", "a performance");
        let finding = found.at(run.path_of(role), mode.line, message);
        if role == FileRole::Results {
            finding.help("move the log and the results of one session to the folder of the mode it measured");
        }
    }
    found.or_pass(first.map(|(_, role, mode)| view.at(role, mode.line)))
}

/// Returns the mode of results.txt if its content fits only one mode.
fn mode_of_claims(claims: &Claims) -> Option<Mode> {
    let windows = !claims.windows.is_empty() || claims.throughput.is_some();
    let energy = !claims.energies.is_empty() || claims.energy.is_some();
    let answers = claims.top1.is_some() || claims.auc.is_some();
    match (windows, energy, answers) {
        (false, false, true) => Some(Mode::Accuracy),
        // The EEMBC runner also prints the windows of an energy run.
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
