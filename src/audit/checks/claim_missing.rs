use super::prelude::*;
use crate::parse::claims::Printed;
use crate::parse::location::Line;
use crate::round::{Target, Task};

check! {
    /// results.txt does not claim the figure of its run.
    ///
    /// Without that line the result cannot be published; the official checker drops it or fails.
    ///
    /// Help: submit results.txt as the runner wrote it; a run in single mode has no median and must be repeated.
    ///
    /// Official checker: rejects the result.
    ///
    /// Source: `submission_checker.py`; the results.txt that both runners write.
    "claim-missing", Structure, Error, Run(check),
    affects: every,
    fails: Unproven,
    needs: [firmware_for_another_mode, log_malformed, mode_disagrees_with_folder, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(spec), Some(claims)) = (view.spec, view.claims()) else { return Outcome::NotApplicable };
    let (mut shown, mut missing) = (None, Vec::new());
    let mut need = |there: Option<Line>, line: &'static str| match there {
        Some(there) => shown = shown.or(Some(there)),
        None => missing.push(line),
    };
    let line = |printed: Option<&Printed>| printed.map(|printed| printed.line);
    match (spec.task, view.run.mode) {
        (Task::Wakeword, mode) => {
            need(claims.wakeword.as_ref().map(|counts| counts.line), "`Accuracy: … True positives, …`");
            need(line(claims.duty_cycle.as_ref()), "`Average duty cycle: …`");
            need(line(claims.estimated_throughput.as_ref()), "`Estimated throughput: …`");
            if mode == Mode::Energy {
                need(line(claims.energies.iter().find_map(|energy| energy.power.as_ref())), "`Power : … mW`");
            }
        }
        (_, Mode::Performance) => need(line(claims.throughput.as_ref()), "`Median throughput is … inf./sec.`"),
        (_, Mode::Energy) => need(line(claims.energy.as_ref()), "`Median energy cost is … uJ/inf.`"),
        (_, Mode::Accuracy) => match spec.target {
            Target::Auc(_) => need(line(claims.auc.as_ref()), "`AUC: …`"),
            Target::Top1Percent(_) => need(line(claims.top1.as_ref()), "`Top-1: …` (or `Top 1% = …`)"),
            Target::Wakeword { .. } => {}
        },
    }
    if !missing.is_empty() {
        found.at(view.run.path_of(FileRole::Results), 0, format!("there is no line {}", missing.join(", ")));
    }
    found.or_pass(shown.map(|line| view.at(FileRole::Results, line)))
}
