//! Reading the files of a run, and the windows they show.

use super::{Run, Window};
use crate::location::Damage;
use crate::log::energy_trace::EnergyTrace;
use crate::log::{self, Inference, SessionLog, claims, eembc, energy_trace, mlcommons, results_json, script};
use crate::round::{FileRole, Mode, Round, Runner};
use crate::tree::Tree;

pub(super) fn read_run(tree: &Tree, round: &Round, run: &mut Run) {
    let roles: Vec<_> = run.paths.iter().map(|(role, path)| (*role, path.clone())).collect();
    for (role, path) in roles {
        let bytes = match tree.get(&path).map(|entry| tree.read(entry)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => {
                run.damage.push((role, Damage::new(0, format!("the file cannot be read: {error}"))));
                continue;
            }
            None => continue,
        };
        if bytes.is_empty() {
            run.damage.push((role, Damage::new(0, "the file is empty")));
            continue;
        }
        read_file(run, role, bytes);
    }
    run.runner = run
        .log
        .as_ref()
        .map(|log| log.runner)
        .or_else(|| run.claims.as_ref().filter(|claims| !claims.is_empty()).and_then(|claims| claims.runner))
        .or_else(|| run.has(FileRole::Json).then_some(Runner::Mlcommons))
        .or_else(|| run.has(FileRole::Script).then_some(Runner::Eembc));
    run.windows = windows(run, round);
}

fn read_file(run: &mut Run, role: FileRole, bytes: Vec<u8>) {
    let mut damaged = |damage: Damage| run.damage.push((role, damage));
    match role {
        FileRole::Results => run.claims = Some(claims::parse(&bytes)),
        FileRole::Log => {
            run.log = if eembc::recognises(&bytes) {
                Some(eembc::parse(&bytes))
            } else if mlcommons::recognises(&bytes) {
                Some(mlcommons::parse(&bytes))
            } else {
                None
            };
        }
        FileRole::Script => run.script = Some(script::parse(&bytes)),
        FileRole::Json => match results_json::parse(&bytes) {
            Ok(entries) => run.json = Some(entries),
            Err(damage) => damaged(damage),
        },
        FileRole::Trace => {
            let mut trace = EnergyTrace::parse(bytes);
            trace.damage.drain(..).for_each(damaged);
            run.trace = Some(trace);
        }
        FileRole::Stamps => match energy_trace::parse_stamps(&bytes) {
            Ok(stamps) => run.stamps = Some(stamps),
            Err(damage) => damaged(damage),
        },
    }
}

/// The timed windows the evidence shows: pairs of stamps of an energy trace, entries of results.json, or inferences of
/// the log, whichever is the finest.
fn windows(run: &Run, round: &Round) -> Vec<Window> {
    if run.mode == Mode::Accuracy {
        return Vec::new();
    }
    if let Some(stamps) = &run.stamps {
        return trace_windows(run, round, stamps);
    }
    if let Some(entries) = &run.json {
        return json_windows(run, entries);
    }
    run.log
        .as_ref()
        .map_or_else(Vec::new, |log| log.inferences.iter().map(|inference| log_window(log, inference)).collect())
}

/// The MLCommons runner's log prints milliseconds.
const PRINTED_ROUNDING: f64 = 0.0005;

fn log_window(log: &SessionLog, inference: &Inference) -> Window {
    Window {
        role: Some(FileRole::Log),
        line: inference.start.map_or(inference.line, |stamp| stamp.line),
        input: log.input_of(inference).map(str::to_owned),
        inferences: inference.iterations,
        seconds: inference.seconds(),
        rounding: if inference.start.is_none() && inference.elapsed_s.is_some() { PRINTED_ROUNDING } else { 0.0 },
        host_seconds: host_seconds(log, inference),
        ..Window::default()
    }
}

fn host_seconds(log: &SessionLog, inference: &Inference) -> Option<f64> {
    let ms = match log.runner {
        Runner::Eembc => inference.host_ms(),
        Runner::Mlcommons => inference.done_host_ms?.checked_sub(inference.begin_host_ms?),
    };
    ms.map(|ms| ms as f64 / 1000.0)
}

fn json_windows(run: &Run, entries: &[log::results_json::Entry]) -> Vec<Window> {
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.file.is_some())
        .map(|(index, entry)| {
            let infer = entry.infer.clone().unwrap_or_default();
            let span = entry.power.as_ref().and_then(|power| {
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                Some((*start as f64 / 1000.0, *stop as f64 / 1000.0))
            });
            let seconds = span.map(|(start, stop)| stop - start).or_else(|| elapsed(&infer));
            let in_log = run.log.as_ref().and_then(|log| Some((log, log.inferences.get(index)?)));
            Window {
                role: Some(FileRole::Json),
                line: 1,
                input: entry.file.clone(),
                inferences: infer.iterations.unwrap_or(0),
                seconds,
                host_seconds: in_log.and_then(|(log, inference)| host_seconds(log, inference)),
                span,
                ..Window::default()
            }
        })
        .collect()
}

fn elapsed(infer: &log::results_json::Infer) -> Option<f64> {
    match (infer.start_time, infer.end_time) {
        (Some(start), Some(stop)) => Some((stop - start) / 1e6),
        _ => infer.elapsed_time.map(|us| us / 1e6),
    }
}

fn trace_windows(run: &Run, round: &Round, stamps: &[f64]) -> Vec<Window> {
    let inferences = run.inferences();
    let trace_on = run.log.as_ref().and_then(|log| log.trace_on_ms);
    let on_trace = |ms: Option<u64>| Some((ms? as f64 - trace_on? as f64) / 1000.0);
    stamps
        .get(round.energy.stamps_before_windows..)
        .unwrap_or_default()
        .chunks_exact(2)
        .enumerate()
        .map(|(index, pair)| {
            let inference = inferences.get(index);
            let begin = inference.and_then(|inference| on_trace(inference.begin_host_ms));
            let done = inference.and_then(|inference| on_trace(inference.done_host_ms));
            Window {
                role: Some(FileRole::Stamps),
                line: 0,
                input: inference.and_then(|inference| run.log.as_ref()?.input_of(inference)).map(str::to_owned),
                inferences: inference.map_or(0, |inference| inference.iterations),
                seconds: Some(pair[1] - pair[0]),
                host_seconds: begin.zip(done).map(|(begin, done)| done - begin),
                span: Some((pair[0], pair[1])),
                inference_span: begin.zip(done),
                ..Window::default()
            }
        })
        .collect()
}
