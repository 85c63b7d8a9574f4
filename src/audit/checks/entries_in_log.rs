use super::prelude::*;
use crate::parse::log::{Inference, SessionLog};
use crate::parse::results_json::{Entry, Infer};
use crate::round::Runner;

check! {
    /// Log and results.json contain the same inferences, field by field.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3, 4.1.1 and 5.1; MLPerf Tiny Benchmark, 5.3 and 5.4; all published sessions.
    "entries-in-log", Evidence, Error, Figure(check),
    affects: every,
    needs: [
        evidence_missing, file_missing, label_disagrees_with_list, mode_disagrees_with_folder, output_length,
        results_json_disagrees_with_log, session_whole, window_count,
    ],
}

/// Resolution of times in the log, in seconds.
const PRINTED_S: f64 = 1e-3;

fn check(view: &RunView<'_>, kind: Kind) -> Outcome {
    let run = view.run;
    let Some(log) = view.log() else { return view.unknown(FileRole::Log, 0, "there is no log") };
    // Only the MLCommons runner writes results.json.
    if log.runner == Runner::Eembc {
        return Outcome::NotApplicable;
    }
    let Some(entries) = &run.json else {
        return view.unknown(FileRole::Json, 0, "there is no results.json that can be read");
    };
    if kind == Kind::Wakeword {
        let [entry] = &entries[..] else {
            return view.unknown(FileRole::Json, 1, format!("results.json has {} entries, expected 1", entries.len()));
        };
        let listed = entry.infer.as_ref().and_then(|infer| infer.detections.as_ref());
        return match (&log.detections, listed) {
            (Some(logged), Some(listed)) if logged.value == *listed => {
                Outcome::Pass(view.at(FileRole::Log, logged.line))
            }
            _ => view.unknown(FileRole::Log, 0, "log and results.json do not list the same detections"),
        };
    }
    if entries.len() != log.inferences.len() || entries.is_empty() {
        let (logged, listed) = (log.inferences.len(), entries.len());
        return view.unknown(FileRole::Log, 0, format!("the log shows {logged} inferences, results.json {listed}"));
    }
    let letter = match run.mode {
        Mode::Accuracy => "a",
        Mode::Energy => "e",
        Mode::Performance => "p",
    };
    for (entry, inference) in entries.iter().zip(&log.inferences) {
        if entry.mode.as_deref() != Some(letter) {
            return view.unknown(FileRole::Json, 1, format!("the mode of an entry is not `{letter}`"));
        }
        if let Err(field) = same(log, inference, entry, run.mode) {
            let why = format!("log and results.json do not contain the same {field}");
            return view.unknown(FileRole::Log, inference.line, why);
        }
    }
    if run.mode == Mode::Energy {
        return captured(view, log, entries);
    }
    Outcome::Pass(view.at(FileRole::Log, log.inferences[0].line))
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

/// Checks that every trial has as many samples and stamps as the log says were captured.
fn captured(view: &RunView<'_>, log: &SessionLog, entries: &[Entry]) -> Outcome {
    if log.captured.len() != entries.len() {
        let found = log.captured.len();
        let why =
            format!("the log reports captured samples for {found} trials, results.json has another number of trials");
        return view.unknown(FileRole::Log, 0, why);
    }
    for (logged, entry) in log.captured.iter().zip(entries) {
        let Some(power) = &entry.power else { return view.unknown(FileRole::Json, 1, "an entry has no samples") };
        let (samples, stamps) = (power.samples.len() as u64, power.timestamps.len() as u64);
        if (samples, stamps) != logged.value {
            let (logged_samples, logged_stamps) = logged.value;
            let why = format!(
                "the log reports {logged_samples} captured samples and {logged_stamps} stamps, results.json has {samples} \
                 and {stamps}"
            );
            return view.unknown(FileRole::Log, logged.line, why);
        }
    }
    Outcome::Pass(view.at(FileRole::Log, log.captured[0].line))
}
