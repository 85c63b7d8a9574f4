use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round, Target, Task};

rule! {
    /// results.txt does not claim the figure it is there for.
    ///
    /// Without its line the result cannot be published; the official checker drops it, or fails.
    ///
    /// Help: submit results.txt as the runner wrote it; a run in single mode has no median and has to be repeated.
    ///
    /// Official checker: rejects the result.
    ///
    /// Source: `submission_checker.py`; the results both runners write.
    "claim-missing", Structure, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let (Some(spec), Some(claims)) = (place.spec(round), &place.run.claims) else { continue };
        let mut missing = Vec::new();
        let mut need = |there: bool, line: &'static str| {
            if !there {
                missing.push(line);
            }
        };
        match (spec.task, place.run.mode) {
            (Task::Wakeword, mode) => {
                need(claims.wakeword.is_some(), "`Accuracy: … True positives, …`");
                need(claims.duty_cycle.is_some(), "`Average duty cycle: …`");
                need(claims.estimated_throughput.is_some(), "`Estimated throughput: …`");
                need(
                    mode != Mode::Energy || claims.energies.iter().any(|energy| energy.power.is_some()),
                    "`Power : … mW`",
                );
            }
            (_, Mode::Performance) => need(claims.throughput.is_some(), "`Median throughput is … inf./sec.`"),
            (_, Mode::Energy) => need(claims.energy.is_some(), "`Median energy cost is … uJ/inf.`"),
            (_, Mode::Accuracy) => match spec.target {
                Target::Auc(_) => need(claims.auc.is_some(), "`AUC: …`"),
                Target::Top1Percent(_) => need(claims.top1.is_some(), "of Top-1 (`Top-1: …` or `Top 1% = …`)"),
                Target::Wakeword { .. } => {}
            },
        }
        if !missing.is_empty() {
            findings.at(place.run.path_of(FileRole::Results), 0, format!("there is no line {}", missing.join(", ")));
        }
    }
}
