use super::prelude::*;
use crate::audit::finding::Measured;
use crate::parse::location::{At, Line};
use crate::parse::log::SessionLog;
use crate::parse::results_json::Entry;
use crate::round::Round;

check! {
    /// results.json and the log contain different inferences.
    ///
    /// The MLCommons runner writes every inference into both files: input, iterations, elapsed time, outputs. If they
    /// differ, one of them was edited or is from another session.
    ///
    /// Help: submit the log and results.json of the same session, unedited.
    ///
    /// Source: the MLCommons runner's output; all published pairs agree.
    "results-json-disagrees-with-log", Evidence, Error, Run(check),
    affects: every,
    needs: [log_incomplete],
}

/// The line of the log, the message, and the two values if they are numbers.
type Difference = (Line, String, Option<Measured>);

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(entries), Some(log)) = (&view.run.json, view.log()) else { return Outcome::NotApplicable };
    let listed = entries.iter().find_map(|entry| entry.infer.as_ref()?.detections.as_ref());
    let detections = log.detections.as_ref().zip(listed);
    let entries: Vec<_> = entries.iter().filter(|entry| entry.file.is_some()).collect();
    let differing = detections.and_then(|(logged, listed)| other_detections(logged, listed));
    if let Some((line, message, measured)) = differing.or_else(|| difference(&entries, log, view.round)) {
        found.at(view.run.path_of(FileRole::Log), line, message).measured = measured;
    }
    // The comparison stops at an entry without an inference, so it does not cover the entries after that.
    let whole = entries.iter().all(|entry| entry.infer.is_some());
    let compared = log.inferences.first().map(|one| one.line).or_else(|| Some(detections?.0.line));
    found.or_pass(compared.filter(|_| whole).map(|line| view.at(FileRole::Log, line)))
}

fn other_detections(logged: &At<Vec<f64>>, listed: &[f64]) -> Option<Difference> {
    let message =
        || format!("the log lists {} detections, results.json lists {} different ones", logged.len(), listed.len());
    (logged.value != listed).then(|| (logged.line, message(), None))
}

fn difference(entries: &[&Entry], log: &SessionLog, round: &Round) -> Option<Difference> {
    let numbers = |found, expected, unit| Some(Measured { found, expected, unit });
    let counts = |found, expected| numbers(found, expected, "");
    let (shown, listed) = (log.inferences.len(), entries.len());
    if listed != shown {
        let message = format!("the log contains {shown} inferences, results.json {listed}");
        return Some((0, message, counts(shown as f64, listed as f64)));
    }
    for (entry, inference) in entries.iter().zip(&log.inferences) {
        let infer = entry.infer.as_ref()?;
        let line = inference.line;
        let logged = log.input_of(inference);
        if logged != entry.file.as_deref() {
            let shown = logged.unwrap_or("nothing");
            let listed = entry.file.as_deref().unwrap_or("nothing");
            return Some((line, format!("the log loads `{shown}`, results.json names `{listed}`"), None));
        }
        for (what, shown, listed) in
            [("iterations", inference.iterations, infer.iterations), ("warm-ups", inference.warmups, infer.warmups)]
        {
            if let Some(listed) = listed.filter(|listed| *listed != shown) {
                let message = format!("the log shows {shown} {what}, results.json {listed}");
                return Some((line, message, counts(shown as f64, listed as f64)));
            }
        }
        if let (Some(start), Some(end), Some(elapsed)) = (infer.start_time, infer.end_time, infer.elapsed_time)
            && (end - start - elapsed).abs() > 0.5
        {
            let message = format!(
                "results.json gives an elapsed time of {elapsed} µs, but a start at {start} µs and an end at {end} µs"
            );
            return Some((line, message, numbers(elapsed, end - start, "us")));
        }
        // The log prints milliseconds.
        if let (Some(logged), Some(listed)) = (inference.elapsed_s, infer.elapsed_time.map(|us| us / 1e6))
            && (logged - listed).abs() > 1e-3 * round.tolerances.printed_units
        {
            let message = format!("the log shows {logged:.3} s for the inferences, results.json {listed} s");
            return Some((line, message, numbers(logged, listed, "s")));
        }
        if let (Some(logged), Some(listed)) = (log.outputs_of(inference), &infer.results)
            && logged != listed
        {
            let line = inference.outputs.map_or(line, |outputs| outputs.line);
            return Some((line, "the outputs in the log differ from those in results.json".to_owned(), None));
        }
    }
    None
}
