//! What must hold of an accuracy run.

use super::{Case, Ruling, open};
use crate::judge::sizes;
use crate::round::{FileRole, Mode, Runner, Target, Task};

pub(super) fn covered(case: &Case<'_>) -> Ruling {
    let run = case.run;
    let Some((inputs, list)) = run.listed_inputs() else {
        return open(FileRole::Log, 0, "no input is on an official list");
    };
    if let Some((name, _)) = inputs.on_list().find(|(_, loads)| loads.is_missing()) {
        return open(FileRole::Log, 0, format!("`{name}` was never loaded"));
    }
    if let Some(name) = inputs.foreign.keys().next() {
        return open(FileRole::Log, 0, format!("`{name}` is not on the list {}", list.name));
    }
    let slices = list.slices as usize;
    let wrong = inputs.on_list().find(|(_, loads)| loads.distinct() != slices || loads.repeated(list.slices));
    if let Some((name, loads)) = wrong {
        return open(FileRole::Log, loads.line(), format!("`{name}` was not run on each of its {slices} slices once"));
    }
    let named = run.inferences().iter().all(|one| one.input.is_some());
    if !named || run.inferences().len() != list.inputs.len() * slices {
        return open(FileRole::Log, 0, "not every inference is of one input of the list");
    }
    Ruling::Proven(FileRole::Log, run.inferences()[0].line)
}

pub(super) fn sizes(case: &Case<'_>) -> Ruling {
    let inferences = case.run.inferences();
    let Some(first) = inferences.first() else { return open(FileRole::Log, 0, "the log shows no inferences") };
    // The MLCommons runner does not print sizes; the open division may have inputs of its own.
    let closed = !case.run.path.starts_with("open/");
    let Some(expected) = case.spec.input_bytes.filter(|_| case.run.runner == Some(Runner::Eembc)) else {
        return Ruling::Proven(FileRole::Log, first.line);
    };
    let harmless = sizes::is_surplus(&sizes::wrong(case.run, expected), case.run, expected);
    let wrong = inferences.iter().find(|one| match one.bytes {
        Some(bytes) => closed && bytes != expected && !harmless,
        None => true,
    });
    if let Some(one) = wrong {
        let sent = one.bytes.map_or("nothing says how many".to_owned(), |bytes| bytes.to_string());
        return open(FileRole::Log, one.line, format!("{sent} bytes were sent, expected {expected}"));
    }
    Ruling::Proven(FileRole::Log, first.line)
}

pub(super) fn answers(case: &Case<'_>) -> Ruling {
    let Some(log) = &case.run.log else { return open(FileRole::Log, 0, "there is no log") };
    let Some(first) = log.inferences.first() else { return open(FileRole::Log, 0, "the log shows no inferences") };
    let length = case.spec.outputs.unwrap_or(0);
    for one in &log.inferences {
        let Some(outputs) = log.outputs_of(one).filter(|_| one.vectors == 1) else {
            return open(FileRole::Log, one.line, format!("the inference has {} output vectors", one.vectors));
        };
        if case.run.mode != Mode::Accuracy {
            continue;
        }
        // One system of the published rounds prints more numbers than classes; the runner uses the first.
        if outputs.len() < length.max(1) {
            let why = format!("the output vector has {} numbers, expected {length}", outputs.len());
            return open(FileRole::Log, one.line, why);
        }
        let ratio = case.spec.task == Task::Classification || matches!(case.spec.target, Target::Auc(_));
        if ratio && case.spec.task != Task::Anomaly && outputs.iter().all(|value| *value == 0.0) {
            return open(FileRole::Log, one.line, "the output vector is all zero");
        }
    }
    Ruling::Proven(FileRole::Log, first.line)
}
