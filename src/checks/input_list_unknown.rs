use super::evidence::Inputs;
use crate::metrics::loaded_inputs;
use crate::round::{FileRole, Mode, Round, Task};
use crate::rule::{Findings, rule};
use crate::submission::Submission;

rule! {
    /// An accuracy run uses inputs that are not on the round's list.
    ///
    /// Accuracy counts only on the official inputs of the round. The list of image classification was replaced after
    /// v0.5 by a balanced one; the old one gives another figure.
    ///
    /// Help: measure accuracy over the round's official list.
    ///
    /// Source: mlcommons/tiny benchmark/evaluation/datasets; MLPerf Tiny rules, 7.
    "input-list-unknown", Accuracy, Error, check,
    explains "input-missing"
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let Some(spec) = place.spec(round).filter(|spec| spec.task != Task::Wakeword) else { continue };
        let run = place.run;
        let role = if run.has(FileRole::Log) { FileRole::Log } else { FileRole::Json };
        let accepted = spec.lists.join(" or ");
        let Some(inputs) = Inputs::of(&place, round) else {
            if let Some((first, _)) = loaded_inputs(run).first() {
                findings
                    .at(run.path_of(role), 0, format!("no input is on an official list, expected {accepted}"))
                    .note(format!("the first is `{first}`"));
            }
            continue;
        };
        let foreign: Vec<_> = inputs.loads.iter().filter(|(name, _)| !inputs.list.labels.contains_key(*name)).collect();
        if !spec.lists.iter().any(|list| list == inputs.list.name) {
            let message = format!("the inputs are those of {}, expected {accepted}", inputs.list.name);
            findings.at(run.path_of(role), 0, message).note(format!("{} is: {}", inputs.list.name, inputs.list.title));
        } else if let Some((name, loads)) = foreign.first() {
            let verb = if foreign.len() == 1 { "input is" } else { "inputs are" };
            let message = format!("{} {verb} not on the list {}", foreign.len(), inputs.list.name);
            findings.at(run.path_of(role), loads.line(), message).note(format!("the first is `{name}`"));
        }
    }
}
