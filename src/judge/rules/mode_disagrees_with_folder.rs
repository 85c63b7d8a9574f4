use crate::judge::rule::{Findings, rule};
use crate::read::log::claims::Claims;
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round, Task};

rule! {
    /// A log is of another kind of run than its folder says.
    ///
    /// Performance, accuracy and energy runs are different measurements of the runner.
    ///
    /// Help: put every session's files in the folder of what it measured.
    ///
    /// Source: directory structure of the results repositories; the runners' modes.
    "mode-disagrees-with-folder", Evidence, Error, check, needs evidence,
    explains window_count, window_too_short, window_too_few_inferences, window_arithmetic, throughput_mismatch,
        claim_missing, energy_mismatch, energy_arithmetic, energy_windows_misplaced, input_missing,
        input_list_unknown, output_length
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let run = place.run;
        let streaming = place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword);
        if let Some(mode) =
            run.log.as_ref().and_then(|log| log.mode).filter(|mode| mode.value != run.mode && !streaming)
        {
            let message = format!("the log is of an {} run, but lies in `{}`", mode.value, run.mode);
            findings.at(run.path_of(FileRole::Log), mode.line, message.replace("an performance", "a performance"));
            continue;
        }
        let of_json = run.json.iter().flatten().find_map(|entry| mode_of(entry.mode.as_deref()?));
        if let Some(mode) = of_json.filter(|mode| *mode != run.mode) {
            let message = format!("results.json is of an {mode} run, but lies in `{}`", run.mode);
            findings.at(run.path_of(FileRole::Json), 1, message.replace("an performance", "a performance"));
            continue;
        }
        if let Some(mode) = run.claims.as_ref().and_then(mode_of_claims).filter(|mode| *mode != run.mode && !streaming)
        {
            let message = format!("results.txt is of an {mode} run, but lies in `{}`", run.mode);
            let message = message.replace("an performance", "a performance");
            findings
                .at(run.path_of(FileRole::Results), 0, message)
                .help("put log and results of one session into the folder of what it measured");
        }
    }
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
