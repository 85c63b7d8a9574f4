use crate::judge::rule::{Findings, rule};
use crate::read::log::SessionLog;
use crate::read::log::results_json::Entry;
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// results.json shows other inferences than the log.
    ///
    /// The MLCommons runner writes every inference into both files: input, iterations, elapsed time, outputs. Where they
    /// differ, one of them was edited or is of another session.
    ///
    /// Help: submit log and results.json of one and the same session, unedited.
    ///
    /// Source: the MLCommons runner's output; all published pairs agree.
    "results-json-disagrees-with-log", Evidence, Error, check, needs evidence,
    explains window_arithmetic, window_too_few_inferences, throughput_mismatch, wakeword_mismatch,
        wakeword_limit_exceeded
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let (Some(entries), Some(log)) = (&place.run.json, &place.run.log) else { continue };
        if let Some((line, message)) = difference(entries, log, round) {
            findings.at(place.run.path_of(FileRole::Log), line, message);
        }
    }
}

fn difference(entries: &[Entry], log: &SessionLog, round: &Round) -> Option<(u32, String)> {
    let listed = entries.iter().find_map(|entry| entry.infer.as_ref()?.detections.as_ref());
    if let (Some(logged), Some(listed)) = (&log.detections, listed)
        && logged.value != *listed
    {
        let message =
            format!("the log lists {} detections, results.json lists others ({})", logged.len(), listed.len());
        return Some((logged.line, message));
    }
    let entries: Vec<_> = entries.iter().filter(|entry| entry.file.is_some()).collect();
    if entries.len() != log.inferences.len() {
        let message = format!("the log shows {} inferences, results.json {}", log.inferences.len(), entries.len());
        return Some((0, message));
    }
    for (entry, inference) in entries.iter().zip(&log.inferences) {
        let infer = entry.infer.as_ref()?;
        let logged = log.input_of(inference);
        if logged != entry.file.as_deref() {
            let found = logged.unwrap_or("nothing");
            let listed = entry.file.as_deref().unwrap_or("nothing");
            return Some((inference.line, format!("the log loads `{found}`, results.json says `{listed}`")));
        }
        if let Some(iterations) = infer.iterations.filter(|iterations| *iterations != inference.iterations) {
            let message = format!("the log shows {} iterations, results.json {iterations}", inference.iterations);
            return Some((inference.line, message));
        }
        if let Some(warmups) = infer.warmups.filter(|warmups| *warmups != inference.warmups) {
            let message = format!("the log shows {} warm-ups, results.json {warmups}", inference.warmups);
            return Some((inference.line, message));
        }
        if let (Some(start), Some(end), Some(elapsed)) = (infer.start_time, infer.end_time, infer.elapsed_time)
            && (end - start - elapsed).abs() > 0.5
        {
            let message = format!("results.json says {elapsed} µs from {start} to {end} µs");
            return Some((inference.line, message));
        }
        let listed = infer.elapsed_time.map(|us| us / 1e6);
        // The log prints milliseconds.
        if let (Some(logged), Some(listed)) = (inference.elapsed_s, listed)
            && (logged - listed).abs() > 1e-3 * round.tolerances.printed_units
        {
            return Some((
                inference.line,
                format!("the log shows {logged:.3} s for the inferences, results.json {listed} s"),
            ));
        }
        if let (Some(logged), Some(listed)) = (log.outputs_of(inference), &infer.results)
            && logged != listed
        {
            let line = inference.outputs.map_or(inference.line, |outputs| outputs.line);
            return Some((line, "the log shows other outputs than results.json".to_owned()));
        }
    }
    None
}
