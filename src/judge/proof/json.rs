//! results.json of the MLCommons runner beside its log: the same inferences, field by field.

use super::{Case, Ruling, open};
use crate::read::log::results_json::{Entry, Infer};
use crate::read::log::{Inference, SessionLog};
use crate::round::{FileRole, Mode, Runner, Task};

/// The log prints milliseconds.
const PRINTED_S: f64 = 1e-3;

pub(super) fn entries(case: &Case<'_>) -> Ruling {
    let run = case.run;
    let Some(log) = &run.log else { return open(FileRole::Log, 0, "there is no log") };
    if log.runner == Runner::Eembc {
        return Ruling::Proven(FileRole::Log, 0);
    }
    let Some(entries) = &run.json else { return open(FileRole::Json, 0, "there is no results.json that reads") };
    if case.spec.task == Task::Wakeword {
        let [entry] = &entries[..] else {
            return open(FileRole::Json, 1, format!("results.json has {} entries, expected 1", entries.len()));
        };
        let listed = entry.infer.as_ref().and_then(|infer| infer.detections.as_ref());
        return match (&log.detections, listed) {
            (Some(logged), Some(listed)) if logged.value == *listed => Ruling::Proven(FileRole::Log, logged.line),
            _ => open(FileRole::Log, 0, "log and results.json do not list the same detections"),
        };
    }
    if entries.len() != log.inferences.len() || entries.is_empty() {
        let (logged, listed) = (log.inferences.len(), entries.len());
        return open(FileRole::Log, 0, format!("the log shows {logged} inferences, results.json {listed}"));
    }
    let letter = match run.mode {
        Mode::Accuracy => "a",
        Mode::Energy => "e",
        Mode::Performance => "p",
    };
    for (entry, inference) in entries.iter().zip(&log.inferences) {
        if entry.mode.as_deref() != Some(letter) {
            return open(FileRole::Json, 1, format!("the mode of an entry is not `{letter}`"));
        }
        if let Err(field) = same(log, inference, entry, run.mode) {
            return open(
                FileRole::Log,
                inference.line,
                format!("log and results.json do not both show the same {field}"),
            );
        }
    }
    if run.mode == Mode::Energy {
        return captured(log, entries);
    }
    Ruling::Proven(FileRole::Log, log.inferences[0].line)
}

fn same(log: &SessionLog, logged: &Inference, entry: &Entry, mode: Mode) -> Result<(), &'static str> {
    let listed: &Infer = entry.infer.as_ref().ok_or("inference")?;
    let both = |same: bool, field: &'static str| same.then_some(()).ok_or(field);
    both(entry.file.is_some() && log.input_of(logged) == entry.file.as_deref(), "input")?;
    both(listed.iterations == Some(logged.iterations), "number of inferences")?;
    both(listed.warmups == Some(logged.warmups), "number of warm-ups")?;
    let outputs = listed.results.as_deref();
    both(outputs.is_some() && (log.outputs_of(logged) == outputs || mode == Mode::Energy), "outputs")?;
    if mode != Mode::Energy {
        let (start, end) = listed.start_time.zip(listed.end_time).ok_or("start and end")?;
        let elapsed = listed.elapsed_time.ok_or("elapsed time")?;
        both((end - start - elapsed).abs() <= 0.5, "elapsed time")?;
        let printed = logged.elapsed_s.ok_or("elapsed time")?;
        both((printed - elapsed / 1e6).abs() <= PRINTED_S, "elapsed time")?;
    }
    Ok(())
}

/// Every trial has as many samples and stamps as the log says were captured.
fn captured(log: &SessionLog, entries: &[Entry]) -> Ruling {
    if log.captured.len() != entries.len() {
        let found = log.captured.len();
        return open(FileRole::Log, 0, format!("the log says of {found} trials how many samples were captured"));
    }
    for (logged, entry) in log.captured.iter().zip(entries) {
        let Some(power) = &entry.power else { return open(FileRole::Json, 1, "an entry has no samples") };
        let (samples, stamps) = (power.samples.len() as u64, power.timestamps.len() as u64);
        if (samples, stamps) != logged.value {
            let why = format!(
                "the log says {:?} samples and stamps were captured, results.json has {samples} and {stamps}",
                logged.value
            );
            return open(FileRole::Log, logged.line, why);
        }
    }
    Ruling::Proven(FileRole::Log, log.captured[0].line)
}
