use super::file_missing::{is_unreadable, runner_of};
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{Mode, Round, Task};

rule! {
    /// A run comes without evidence that it should have.
    ///
    /// The EEMBC runner writes an energy trace and its time stamps, the MLCommons runner a picture of every energy
    /// trial; early rounds asked for the script without insisting. Without the trace the claimed energy cannot be
    /// recomputed.
    ///
    /// Help: add the file from the session's folder.
    ///
    /// Source: directory structure of the results repositories; what both runners write.
    "evidence-missing", Evidence, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| !place.run.files.is_empty()) {
        let run = place.run;
        let energy = run.mode == Mode::Energy;
        let spec = round.runners.get(runner_of(&place, round));
        let mut missing: Vec<String> = spec
            .expected
            .iter()
            .chain(spec.energy.iter().filter(|_| energy))
            .filter(|role| !run.has(**role))
            .filter_map(|role| round.files.of(*role, run.mode).into_iter().next())
            .collect();
        let trials = match place.spec(round).map(|spec| spec.task) {
            Some(Task::Wakeword) => round.wakeword.map_or(1, |wakeword| wakeword.trials),
            _ => round.windows.count,
        };
        if let Some(first) = spec.plots.as_ref().filter(|_| energy) {
            let names = (0..trials).map(|trial| first.replace("000", &format!("{trial:03}")));
            missing.extend(names.filter(|name| !run.files.contains(name)));
        }
        missing.retain(|name| !is_unreadable(submission, run, name));
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            findings.at(&run.path, 0, format!("{} {verb} missing", names.join(", ")));
        }
    }
}
