//! Session files as the MLCommons runner writes them: log.txt, results.txt, results.json, and plots of energy trials.
//!
//! Source: mlcommons/tiny benchmark/runner (behaviour); the session files of the published rounds.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Heard, Job, Link, Recording, SessionFiles, Trial, plot};
use crate::audit::metrics::accuracy::{self, Row};
use crate::audit::metrics::{anomaly, auc, median, wakeword};
use crate::parse::python::{array, list, repr, significant};
use crate::round::{Mode, Task};
use crate::testbench::device::Micros;

/// Number of dashes in the lines around a median.
const DASHES: usize = 57;

/// Returns the files of a session.
#[must_use]
pub(crate) fn files(job: &Job<'_>, recording: &Recording) -> SessionFiles {
    let results = results(job, recording);
    let mut files = SessionFiles::from([
        ("log.txt".to_owned(), log(job, recording, &results).into_bytes()),
        ("results.json".to_owned(), json(job, recording).into_bytes()),
        ("results.txt".to_owned(), results.join("\n").into_bytes()),
    ]);
    if let Some(text) = files.get_mut("results.txt") {
        text.push(b'\n');
    }
    if let Some(stream) = &recording.energy {
        let whole = [(0..stream.samples.len(), 0..stream.events.len())];
        let trials: Vec<_> =
            recording.trials.iter().map(|trial| (trial.samples.clone(), trial.events.clone())).collect();
        let parts = if recording.heard.is_some() { &whole[..] } else { &trials[..] };
        for (index, (samples, events)) in parts.iter().enumerate() {
            let stamps: Vec<usize> = stream.events[events.clone()].iter().map(|(_, at)| at - samples.start).collect();
            files.insert(format!("energy_inf_{index:03}.png"), plot::trial(&stream.samples[samples.clone()], &stamps));
        }
    }
    files
}

/// Returns the prefix of a line: month, day and time.
fn stamp(job: &Job<'_>, at: Micros) -> String {
    let moment = job.started.saturating_add(jiff::SignedDuration::from_micros(i64::try_from(at).unwrap_or(0)));
    format!("{} ulp-mlperf: ", moment.strftime("%m%d.%H%M%S"))
}

fn seconds_of(trial: &Trial) -> Option<f64> {
    trial.stamps.map(|(start, stop)| (stop - start) as f64 / 1e6)
}

fn log(job: &Job<'_>, recording: &Recording, results: &[String]) -> String {
    let path = format!("sessions/{}/log.txt", job.started.strftime("%Y%m%d_%H%M%S"));
    let mut out = format!("Logging initialized. Writing output to {path}\n");
    let mut say = |line: &str| {
        let _ = writeln!(out, "{line}");
    };
    for Link { name, baud } in &recording.links {
        say(&format!("Initializing SerialDevice on port: {name} at {baud} baud"));
        say(&entering(name));
    }
    say("Retrieving name from DUT ...");
    say(&format!("Device name retrieved: {}", recording.vendor));
    let mut profile = recording.handshake.iter().flat_map(|exchange| &exchange.lines);
    let profile = profile.find_map(|line| super::dialogue::token(&line.text, "m-profile-[")).unwrap_or_default();
    say(&format!("Device profile retrieved: {profile}"));
    say(&format!("Device model retrieved: {}", job.spec.model));
    if job.mode != Mode::Energy && recording.heard.is_none() {
        // The runner closes and reopens the device's port between identification and run.
        if let Some(Link { name, .. }) = recording.links.last() {
            say(&exiting(name));
            say(&entering(name));
        }
    }
    if job.mode == Mode::Accuracy {
        let files = job.list.map_or(0, |list| list.inputs.len());
        say(&format!("No loop count specified.  Using full set ({files} test files)"));
    }
    for (index, trial) in recording.trials.iter().enumerate() {
        trial_lines(job, index, trial, &mut say);
    }
    if let Some(heard) = &recording.heard {
        heard_lines(job, recording, heard, &mut say);
    }
    for (index, Link { name, .. }) in recording.links.iter().enumerate().rev() {
        say(&exiting(name));
        if index + 1 == recording.links.len() && recording.heard.is_none() {
            say("--------------------");
        }
    }
    for line in results {
        if line.starts_with("Accuracy: ") {
            let truth = job.truth.map_or(("", 0.0), |truth| (truth.wav, truth.length_s));
            say(&format!("== File {} ({} s) ==", truth.0, repr(truth.1)));
        }
        say(line.trim_start());
        if line.starts_with("Accuracy: ")
            && let Some(verdict) = recording.heard.as_ref().and_then(|heard| verdict(job, heard))
        {
            say(&format!("False negatives: {}", list(&verdict.missed)));
            say(&format!("False positives: {}", array(&verdict.alarms)));
        }
    }
    say(&format!("Session logged in file {path}"));
    out
}

fn entering(port: &str) -> String {
    format!("SerialDevice entering port {port}, entry_count (before increment) = 0")
}

fn exiting(port: &str) -> String {
    format!("SerialDevice exiting port {port}, entry_count (before decrement) = 1")
}

fn trial_lines(job: &Job<'_>, index: usize, trial: &Trial, say: &mut dyn FnMut(&str)) {
    let loading = stamp(job, trial.load.0);
    say(&format!("{loading}Loading file {} segment {}", trial.input, trial.slice));
    say(&format!("{}Load complete.", stamp(job, trial.load.1)));
    say(&format!("Running inference with {}/{} (warmup/measured) iterations ...", trial.warmups, trial.iterations));
    say("done");
    let Some(seconds) = seconds_of(trial) else {
        say(&format!("Captured samples:{} timestamps:{}", trial.samples.len(), trial.events.len()));
        return;
    };
    let done = stamp(job, trial.infer.lines.last().map_or(trial.load.1, |line| line.at));
    say(&format!("{done}Performance results for window {}:", index + 1));
    say(&format!("{done}  # Inferences : {:>13}", trial.iterations));
    say(&format!("{done}  Runtime      : {seconds:>10.3} sec."));
    say(&format!("{done}  Throughput   : {:>10.3} inf./sec.", trial.iterations as f64 / seconds));
    say(&format!("{done}  m-results    : {}", list(&trial.outputs)));
}

fn heard_lines(job: &Job<'_>, recording: &Recording, heard: &Heard, say: &mut dyn FnMut(&str)) {
    let truth = job.truth.map_or(("", 0.0), |truth| (truth.wav, truth.length_s));
    let playing =
        job.started.saturating_add(jiff::SignedDuration::from_micros(i64::try_from(heard.playing_at).unwrap_or(0)));
    say(&format!("Playing {} (length = {}s) at {}...", truth.0, repr(truth.1), playing.strftime("%H:%M:%S")));
    say("... done");
    if heard.activations.is_empty() {
        say("No activation data found.");
    }
    let detections: Vec<String> = heard.detections.iter().map(ToString::to_string).collect();
    say(&format!("[{}]", detections.join(", ")));
    if let Some(duty) = duty(heard) {
        say(&format!("Duty cycle = {:.3}, Period = {:.1} ms", duty.cycle, 1000.0 * duty.period_s));
    }
    if let Some(stream) = &recording.energy {
        say(&format!("samples:{} timestamps:{}", stream.samples.len(), stream.events.len()));
    }
}

/// Converts edges from ticks of 10 µs to seconds, as the runner does.
fn edges(ticks: &[u64]) -> Vec<f64> {
    ticks.iter().map(|tick| *tick as f64 / 1e5).collect()
}

fn duty(heard: &Heard) -> Option<wakeword::Duty> {
    wakeword::duty(&edges(&heard.starts), &edges(&heard.stops))
}

/// Returns the lines of results.txt.
fn results(job: &Job<'_>, recording: &Recording) -> Vec<String> {
    let mut lines = Vec::new();
    let end = stamp(job, recording.span.1);
    if job.mode == Mode::Energy {
        energy_lines(recording, &mut lines);
    }
    match (&recording.heard, job.mode) {
        (Some(heard), _) => wakeword_lines(job, heard, &mut lines),
        (None, Mode::Performance) => {
            let mut rates = Vec::new();
            for (index, trial) in recording.trials.iter().enumerate() {
                let seconds = seconds_of(trial).unwrap_or(0.0);
                let rate = trial.iterations as f64 / seconds;
                lines.push(format!("Performance results for window {}", index + 1));
                lines.push(format!("    # Inferences : {}", trial.iterations));
                lines.push(format!("    Runtime: {} sec.", repr(seconds)));
                lines.push(format!("    Throughput: {} inf./sec.", repr(rate)));
                if seconds > job.round.windows.min_seconds {
                    lines.push("    Runtime requirements have been met.".to_owned());
                }
                rates.push(rate);
            }
            lines.push(format!("{end}{}", "-".repeat(DASHES)));
            lines.push(format!("{end}Median throughput is {:>10.3} inf./sec.", median::median(rates).unwrap_or(0.0)));
            lines.push(format!("{end}{}", "-".repeat(DASHES)));
        }
        (None, Mode::Accuracy) => {
            let (top1, area) = scores(job, recording);
            lines.push(format!("{end}Top 1% = {top1:2.1}"));
            lines.push(format!("{end}AUC = {area:.3}"));
        }
        (None, Mode::Energy) => {}
    }
    lines
}

fn energy_lines(recording: &Recording, lines: &mut Vec<String>) {
    let Some(stream) = &recording.energy else { return };
    let whole = (1, stream.events.len().saturating_sub(2)..stream.events.len());
    let trials: Vec<_> = recording.trials.iter().map(|trial| (trial.iterations, trial.events.clone())).collect();
    let parts = if recording.heard.is_some() { vec![whole] } else { trials };
    lines.push("Power Edition Output".to_owned());
    let mut costs = Vec::new();
    for (index, (iterations, events)) in parts.into_iter().enumerate() {
        let [.., (_, start), (_, stop)] = &stream.events[events] else { continue };
        let energy: f64 = stream.samples[*start..*stop].iter().sum();
        let elapsed = *stop as f64 / 1000.0 - *start as f64 / 1000.0;
        let cost = energy * 1e6 / iterations as f64;
        lines.push(format!("Energy data for trial {index}"));
        lines.push(format!("  Elapsed time  : {}", repr(elapsed)));
        lines.push(format!("  Inferences    : {iterations}"));
        lines.push(format!("  Power         : {:5.4} mW.", 1e3 * energy / elapsed));
        lines.push(format!("  Total Energy  : {:.3} uJ", energy * 1e6));
        lines.push(format!("  Energy/Inf    : {cost:.3} uJ/inf"));
        costs.push(cost);
    }
    lines.push("-".repeat(DASHES));
    lines.push(format!("Median energy cost is {:5.4} uJ/inf.", median::median(costs).unwrap_or(0.0)));
    lines.push("-".repeat(DASHES));
}

fn verdict(job: &Job<'_>, heard: &Heard) -> Option<wakeword::Verdict> {
    let detections: Vec<f64> = heard.detections.iter().map(|ms| *ms as f64).collect();
    let (truth, constants) = job.truth.zip(job.round.wakeword)?;
    wakeword::judge(&detections, &truth.words, constants.hit_seconds, constants.debounce_seconds)
}

fn wakeword_lines(job: &Job<'_>, heard: &Heard, lines: &mut Vec<String>) {
    if let Some(counts) = verdict(job, heard).map(|verdict| verdict.counts) {
        lines.push(format!(
            "Accuracy: {} True positives, {} False negatives, {} False positives",
            counts.true_positives, counts.false_negatives, counts.false_positives
        ));
    }
    if let Some(duty) = duty(heard) {
        lines.push(format!("Average duty cycle: {}", significant(duty.cycle)));
        lines.push(format!("Average period: {} s", significant(duty.period_s)));
        lines.push(format!("Estimated throughput: {} inf./sec.", significant(duty.throughput)));
    }
}

/// Returns per file the mean score, and whether the file is an anomaly.
pub(super) fn file_scores(recording: &Recording) -> Vec<(f64, bool)> {
    let mut files: BTreeMap<&str, (f64, u32, bool)> = BTreeMap::new();
    for trial in &recording.trials {
        let file = files.entry(&trial.input).or_insert((0.0, 0, trial.class == 1));
        file.0 += trial.outputs.first().copied().unwrap_or(0.0);
        file.1 += 1;
    }
    files.into_values().map(|(sum, count, anomaly)| (sum / f64::from(count), anomaly)).collect()
}

fn scores(job: &Job<'_>, recording: &Recording) -> (f64, f64) {
    if job.spec.task == Task::Anomaly {
        let files = file_scores(recording);
        return (anomaly::best_precision_recall(&files).unwrap_or(0.0), auc::exact(&files).unwrap_or(0.0));
    }
    let rows: Vec<Row<'_>> =
        recording.trials.iter().map(|trial| Row { outputs: &trial.outputs, class: trial.class as usize }).collect();
    let names: Vec<&str> = recording.trials.iter().map(|trial| trial.input.as_str()).collect();
    let Ok(owned) = accuracy::normalised_per_input(&rows, &names) else { return (0.0, 0.0) };
    let rows: Vec<Row<'_>> = owned.iter().map(|(outputs, class)| Row { outputs, class: *class }).collect();
    let classes = job.spec.outputs.unwrap_or(0);
    (accuracy::top1(&rows).unwrap_or(0.0), auc::one_versus_rest(&rows, classes).unwrap_or(0.0))
}

fn json(job: &Job<'_>, recording: &Recording) -> String {
    let letter = match job.mode {
        Mode::Accuracy => "a",
        Mode::Energy => "e",
        Mode::Performance => "p",
    };
    if let Some(heard) = &recording.heard {
        return format!("[{}]", heard_json(job, recording, heard, letter));
    }
    let mut out = String::from("[");
    for (index, trial) in recording.trials.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        trial_json(&mut out, job, recording, trial, letter);
    }
    out.push(']');
    out
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn trial_json(out: &mut String, job: &Job<'_>, recording: &Recording, trial: &Trial, letter: &str) {
    let classes = if job.spec.task == Task::Anomaly { 2 } else { job.spec.outputs.unwrap_or(0) };
    let sliced = trial.bytes < trial.file_bytes;
    let (bytes, stride, total) = if sliced {
        let list = job.list.map_or((0, 1), |list| (list.stride_bytes, list.slices));
        let total = if job.mode == Mode::Accuracy { list.1 } else { 1 };
        (format!("\"{}\"", trial.bytes), format!("\"{}\"", list.0), total.to_string())
    } else {
        ("null".to_owned(), "null".to_owned(), "null".to_owned())
    };
    let _ = write!(
        out,
        "{{\"file\": {}, \"classes\": \"{classes}\", \"class\": \"{}\", \"bytes_to_send\": {bytes}, \"stride\": {stride}, \"total_length\": {total}, \"infer\": {{",
        quoted(&trial.input),
        trial.class
    );
    if let Some((start, stop)) = trial.stamps {
        let _ = write!(out, "\"start_time\": {start}, \"end_time\": {stop}, ");
    }
    let _ = write!(out, "\"results\": {}, ", list(&trial.outputs));
    if let Some((start, stop)) = trial.stamps {
        let _ = write!(out, "\"elapsed_time\": {}, ", stop - start);
    }
    let _ =
        write!(out, "\"total_inferences\": 1, \"iterations\": {}, \"warmups\": {}", trial.iterations, trial.warmups);
    if let Some(seconds) = seconds_of(trial).filter(|_| job.mode == Mode::Performance) {
        let _ = write!(out, ", \"throughput\": {}", repr(trial.iterations as f64 / seconds));
    }
    out.push('}');
    if let Some(stream) = &recording.energy {
        out.push_str(", ");
        power_json(
            out,
            &stream.samples[trial.samples.clone()],
            &stream.events[trial.events.clone()],
            trial.samples.start,
            job.setup.millivolts,
        );
    }
    let _ = write!(out, ", \"mode\": \"{letter}\"}}");
}

fn power_json(out: &mut String, samples: &[f64], events: &[(String, usize)], start: usize, millivolts: u32) {
    let stamps: Vec<String> =
        events.iter().map(|(counter, at)| format!("[{}, {}]", quoted(counter), at - start)).collect();
    let _ = write!(
        out,
        "\"power\": {{\"samples\": {}, \"timestamps\": [{}], \"extracted_power\": null, \"voltage\": {}}}",
        list(samples),
        stamps.join(", "),
        f64::from(millivolts) / 1000.0
    );
}

fn heard_json(job: &Job<'_>, recording: &Recording, heard: &Heard, letter: &str) -> String {
    let Some(truth) = job.truth else { return String::new() };
    let words: Vec<String> =
        truth.words.iter().map(|(start, stop)| format!("[{}, {}]", repr(*start), repr(*stop))).collect();
    let detections: Vec<String> = heard.detections.iter().map(ToString::to_string).collect();
    let mut out = format!(
        "{{\"infer\": {{\"wav_file\": {}, \"detection_windows\": [{}], \"length_sec\": {}, \"sample_rate\": 16000, \"detections\": [{}], \"iterations\": 1, \"warmups\": 0}}",
        quoted(truth.wav),
        words.join(", "),
        repr(truth.length_s),
        detections.join(", ")
    );
    if let Some(duty) = duty(heard) {
        let _ = write!(
            out,
            ", \"dutycycle\": {{\"duty_cycle\": {}, \"period\": {}, \"processing_time\": {}, \"start_times_s\": {}, \"stop_times_s\": {}}}",
            repr(duty.cycle),
            repr(duty.period_s),
            repr(1.0 / duty.throughput),
            list(&edges(&heard.starts)),
            list(&edges(&heard.stops))
        );
    }
    let activations: Vec<String> = heard.activations.iter().map(ToString::to_string).collect();
    let _ = write!(out, ", \"activations\": [{}]", activations.join(", "));
    if let Some(stream) = &recording.energy {
        out.push_str(", ");
        power_json(&mut out, &stream.samples, &stream.events, 0, job.setup.millivolts);
    }
    let _ = write!(out, ", \"mode\": \"{letter}\"}}");
    out
}
