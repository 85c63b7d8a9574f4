//! Session files as the EEMBC EnergyRunner writes them: log.txt, results.txt, script.async, and the energy trace.
//!
//! Source: the session files of the published rounds.

use std::fmt::Write;

use super::{Exchange, Job, Recording, SessionFiles, Trial};
use crate::audit::metrics::accuracy::{self, Row};
use crate::audit::metrics::{anomaly, auc, energy, median};
use crate::round::{Mode, Task};
use crate::testbench::device::{Micros, SECOND};

/// Time of the runner's clock at which the link's clock starts.
const RUNNER_UP: Micros = 30 * SECOND;
/// Time that the runner takes for `bm cfg`.
const CONFIGURING: Micros = 500_000;
/// Default time-out of a command in ms.
const TIMEOUT_MS: i64 = 5000;
/// Sample rate of the trace, in Hz.
const RATE_HZ: f64 = 1000.0;

/// Returns the files of a session.
#[must_use]
pub(crate) fn files(job: &Job<'_>, recording: &Recording) -> SessionFiles {
    let steps = steps(job, recording);
    let (log, end) = log(job, recording, &steps);
    let mut files = SessionFiles::from([
        ("log.txt".to_owned(), log.into_bytes()),
        ("results.txt".to_owned(), results(job, recording, end + 10_000).into_bytes()),
        ("script.async".to_owned(), script(job, &steps).into_bytes()),
    ]);
    if let Some(stream) = &recording.energy {
        let kept = stream.samples.len() / 1024 * 1024;
        let mut trace = vec![0xF1];
        trace.extend(1000.0f32.to_le_bytes());
        for sample in &stream.samples[..kept] {
            trace.extend(microjoules(*sample).to_le_bytes());
        }
        let stamps: Vec<String> = stamps(recording).iter().map(|stamp| format!("\t{}", trimmed(*stamp))).collect();
        files.insert("trace1-energy.bin".to_owned(), trace);
        files.insert("trace1-timestamps.json".to_owned(), format!("[\n{}\n]", stamps.join(",\n")).into_bytes());
    }
    files
}

#[allow(clippy::cast_possible_truncation)] // the trace holds single precision
fn microjoules(joules: f64) -> f32 {
    (joules * 1e6) as f32
}

/// Returns the time stamps in seconds since the trace was switched on: the runner's own, then start and end of every
/// window. Other time stamps before the first window are left out.
fn stamps(recording: &Recording) -> Vec<f64> {
    let Some(stream) = &recording.energy else { return Vec::new() };
    let windows = recording.trials.iter().flat_map(|trial| {
        let events = &stream.events[trial.events.clone()];
        &events[events.len().saturating_sub(2)..]
    });
    stream.events.iter().take(1).chain(windows).map(|(_, index)| *index as f64 / RATE_HZ).collect()
}

/// Formats a number with at most three decimals, without trailing zeros.
fn trimmed(value: f64) -> String {
    format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Command of the sequencer.
struct Step<'a> {
    command: String,
    ms: i64,
    ack: Option<&'static str>,
    what: What<'a>,
}

enum What<'a> {
    Version,
    /// Prints the configuration, with the number of inferences of a window.
    Configure(u64),
    Device(&'a Exchange),
    Load(&'a Trial),
    /// Command that the runner executes itself: its lines, and the time it takes.
    Local(Vec<String>, Micros),
}

const ANY_DUT: &str = "/dut.?: m-ready/";
const DUT_BEHIND: &str = "/dut.: m-ready/";

fn code(job: &Job<'_>) -> &'static str {
    if job.mode == Mode::Energy { "ulp-ml" } else { "ulp-mlperf" }
}

fn steps<'a>(job: &Job<'_>, recording: &'a Recording) -> Vec<Step<'a>> {
    let energy = job.mode == Mode::Energy;
    let plain = |command: String, what| Step { command, ms: TIMEOUT_MS, ack: None, what };
    let iterations = recording.trials.last().map_or(1, |trial| trial.iterations);
    let mut steps = vec![
        plain("version".to_owned(), What::Version),
        plain(format!("bm cfg {}", code(job)), What::Configure(iterations)),
    ];
    if energy {
        let mut lines = owned(&["emon: m-power[on]", "emon: m-ready"]);
        lines.extend(recording.banner.iter().map(|line| format!("io: {}", String::from_utf8_lossy(&line.text))));
        let mut on = plain("emon power on".to_owned(), What::Local(lines, 20_000));
        on.ack = Some(DUT_BEHIND);
        steps.push(on);
    }
    for exchange in &recording.handshake {
        if energy && exchange.command == "timestamp" {
            steps.push(plain(
                "emon timer on".to_owned(),
                What::Local(owned(&["emon: m-timer[on]", "emon: m-ready"]), 0),
            ));
            steps.push(plain(
                "emon trace on trace1".to_owned(),
                What::Local(owned(&["emon: m-trace[on]", "emon: m-ready"]), 0),
            ));
        }
        steps.push(device_step(exchange, energy));
    }
    if energy {
        steps.push(echo("head"));
    }
    for trial in &recording.trials {
        let path = format!(
            "{}/{}/{}",
            job.inputs.place(),
            job.list.map_or("", |list| list.name.split('-').next().unwrap_or("")),
            trial.input
        );
        let part =
            if trial.bytes < trial.file_bytes { format!(" {} {}", trial.offset, trial.bytes) } else { String::new() };
        let command = if energy { format!("bloadp \"{path}\"{part}") } else { format!("bload dut \"{path}\"{part}") };
        let ms = 16 * i64::try_from(trial.file_bytes).unwrap_or(0);
        steps.push(Step { command, ms, ack: None, what: What::Load(trial) });
        let mut infer = device_step(&trial.infer, energy);
        (infer.ms, infer.ack) = (-1, Some(ANY_DUT));
        steps.push(infer);
    }
    if energy {
        steps.push(echo("tail"));
        let off = [
            "emon: m-regfile-fn[trace1-energy.bin]-type[emon]-name[lpm01a]",
            "emon: m-regfile-fn[trace1-timestamps.json]-type[etime]-name[lpm01a]",
            "emon: m-trace[off]",
            "emon: m-ready",
        ];
        let mut trace_off = plain("emon trace off".to_owned(), What::Local(owned(&off), 400_000));
        trace_off.ms = -1;
        steps.push(trace_off);
        steps.push(plain("emon timer off".to_owned(), What::Local(owned(&["emon: m-timer[off]", "emon: m-ready"]), 0)));
        steps.extend(recording.closing.iter().map(|exchange| device_step(exchange, energy)));
        steps.push(plain(
            "emon voltage".to_owned(),
            What::Local(vec![format!("emon: m-voltage-mv[{}]", job.setup.millivolts), "emon: m-ready".to_owned()], 0),
        ));
        steps.push(plain("emon power off".to_owned(), What::Local(owned(&["emon: m-power[off]", "emon: m-ready"]), 0)));
    }
    steps
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn device_step(exchange: &Exchange, energy: bool) -> Step<'_> {
    let of_board = ["tm 0", "enable-timer", "disable-timer"].contains(&exchange.command.as_str());
    let command = match (energy, of_board) {
        (true, true) => format!("io {}", exchange.command),
        (true, false) => format!("io dut {}", exchange.command),
        (false, _) => format!("dut {}", exchange.command),
    };
    let ack = (energy && !of_board).then_some(DUT_BEHIND);
    Step { command, ms: TIMEOUT_MS, ack, what: What::Device(exchange) }
}

fn echo(what: &'static str) -> Step<'static> {
    let lines = vec!["parser: Echoing message in 1000 ms...".to_owned(), format!("parser: m-echo-message[{what}]")];
    let ack = if what == "head" { "/echo-message\\[head\\]/" } else { "/echo-message\\[tail\\]/" };
    Step { command: format!("echo {what} 1000"), ms: TIMEOUT_MS, ack: Some(ack), what: What::Local(lines, 900_000) }
}

impl Step<'_> {
    fn ack(&self) -> &str {
        self.ack.unwrap_or_else(|| match self.command.split(' ').next() {
            Some("dut") => "/dut: m-ready/",
            Some("io") => "/io: m-ready/",
            Some("emon") => "/emon: m-ready/",
            _ => "/parser: m-ready/",
        })
    }

    fn first_word(&self) -> &str {
        self.command.split(' ').next().unwrap_or_default()
    }
}

/// Writes lines with their host time, which never decreases.
struct Writer {
    out: String,
    now: Micros,
}

impl Writer {
    fn at(&mut self, at: Micros, line: &str) {
        self.now = self.now.max(at);
        let ms = self.now / 1000;
        let _ = writeln!(self.out, "{:05}.{:03} {line}", ms / 1000, ms % 1000);
    }

    fn say(&mut self, line: &str) {
        self.at(self.now, line);
    }
}

fn log(job: &Job<'_>, recording: &Recording, steps: &[Step<'_>]) -> (String, Micros) {
    let energy = job.mode == Mode::Energy;
    let begin = recording.span.0 + RUNNER_UP - CONFIGURING - 150_000;
    let mut out = Writer { out: String::new(), now: begin };
    let id = job.started.strftime("%Y%m%d%H%M%S");
    out.say(&format!("session: m-session-start-id[{id}]"));
    let name = if energy { "ML Energy 1.0.1" } else { "ML Performance 1.0.1" };
    out.say(&format!("parser: m-bmark-run-name[{name}]-code[{}]", code(job)));
    out.at(begin + 2000, "sequencer: m-sequencer-start");
    let total: i64 = steps.iter().map(|step| step.ms.max(0)).sum();
    let mut sum = 0;
    for (index, step) in steps.iter().enumerate() {
        // Commands to the device have their recorded time. Commands of the runner follow without delay.
        if let What::Device(exchange) = step.what {
            out.now = out.now.max(exchange.sent + RUNNER_UP);
        } else if let What::Load(trial) = step.what {
            out.now = out.now.max(trial.load.0 + RUNNER_UP);
        } else if step.command.starts_with("emon trace on") {
            out.now = out.now.max(recording.trace_on + RUNNER_UP);
        }
        let command = &step.command;
        out.say(&format!(
            "sequencer: m-sequencing-i[{}]-command[{command}]-ack[{}]-ms[{}]-acc[{sum}]-total_ms[{total}]",
            index + 1,
            step.ack(),
            step.ms
        ));
        sum += step.ms;
        out.say(&format!("parser: Command \"{command}\""));
        body(&mut out, job, step, energy);
    }
    out.say("sequencer: m-sequencer-stop");
    out.say(&format!("session: m-session-stop-id[{id}]"));
    out.say(&format!("session: Saved this run to session ID {id}"));
    // The last line of the log does not have a line end.
    let text = out.out.trim_end_matches('\n').to_owned();
    (text, out.now)
}

fn body(out: &mut Writer, job: &Job<'_>, step: &Step<'_>, energy: bool) {
    match &step.what {
        What::Version => {
            out.say("parser: m-version[3.0.10]");
            out.say("parser: m-ready-finished[version]");
        }
        What::Configure(iterations) => configuration(out, job, *iterations),
        What::Device(exchange) => {
            out.say(&format!("parser: m-ready-finished[{}]", step.first_word()));
            let source = if energy { "io" } else { "dut" };
            let mut continues = false;
            for line in &exchange.lines {
                let text = String::from_utf8_lossy(&line.text);
                if continues {
                    let _ = writeln!(out.out, "{text}");
                } else {
                    out.at(line.at + RUNNER_UP, &format!("{source}: {text}"));
                }
                continues = line.bare;
            }
        }
        What::Load(trial) => load(out, trial, energy),
        What::Local(lines, takes) => {
            let (last, first) = lines.split_last().map_or(("", &lines[..]), |(last, first)| (last.as_str(), first));
            if step.first_word() == "echo" {
                for line in first {
                    out.say(line);
                }
                out.say("parser: m-ready-finished[echo]");
                out.at(out.now + takes, last);
                return;
            }
            if *takes > 0 {
                out.now += takes;
            }
            for line in lines {
                out.say(line);
            }
            out.say(&format!("parser: m-ready-finished[{}]", step.first_word()));
        }
    }
}

fn configuration(out: &mut Writer, job: &Job<'_>, iterations: u64) {
    out.now += CONFIGURING;
    let first = job.list.and_then(|list| list.inputs.first()).map_or("", |(name, _)| *name);
    let mode = if job.mode == Mode::Accuracy { "multi" } else { "bmark" };
    for (key, value) in [
        ("iterWarmup", "1"),
        ("iterInfer", iterations.to_string().as_str()),
        ("runMode", mode),
        ("model", job.spec.model.as_str()),
        ("sourceDir", job.inputs.place().as_str()),
        ("singleInputFn", first),
    ] {
        out.say(&format!("parser: m-bm-cfg-name[{}]-key[{key}]-val[{value}]", code(job)));
    }
    out.say("parser: m-ready-finished[bm]");
}

fn load(out: &mut Writer, trial: &Trial, energy: bool) {
    out.say(&format!("parser: File size is {}, loading...", trial.file_bytes));
    out.say(&format!("parser: Starting at byte offset {}", trial.offset));
    out.say(&format!("parser: Sending {} bytes", trial.bytes));
    out.say("parser: m-mute-target[dut]");
    let seconds = (trial.load.1 - trial.load.0) as f64 / SECOND as f64;
    let rate = trial.file_bytes as f64 / 1000.0 / seconds;
    out.at(trial.load.1 + RUNNER_UP, "parser: m-unmute-target[dut]");
    if energy {
        out.say("parser: m-unmute-target[io]");
        out.say("parser: m-unmute-target[parser]");
        out.say("parser: m-bloadp-done");
        out.say(&format!("parser: Binary load took {seconds:.3} sec, or {:.3} kb/sec", rate * 8.0));
        out.say("parser: m-ready-finished[bloadp]");
    } else {
        out.say(&format!("parser: Binary load took {seconds:.3} sec, or {rate:.3} kB/sec"));
        out.say("parser: m-bload-done");
        out.say("parser: m-ready-finished[bload]");
    }
}

/// Returns script.async: the commands of the set-up, then those of the session.
fn script(job: &Job<'_>, steps: &[Step<'_>]) -> String {
    let entry =
        |command: &str, more: &str| format!("    {{\n        cmd: '{}'{more}\n    }}", command.replace('\\', "\\\\"));
    let mut entries = vec![entry("umount", "")];
    if job.mode == Mode::Energy {
        entries.push(entry("mountc emon emon", ""));
        entries.push(entry("mountc io ioman", ",\n        ack: /io: m-ready/"));
        entries.push(entry("io version", ""));
        entries.push(entry(&format!("emon voltage {}", job.setup.millivolts), ""));
        entries.push(entry("emon power on", ",\n        ack: /dut.: m-ready/"));
        entries.push(entry("io dut profile", ",\n        ack: /dut.: m-ready/"));
        entries.push(entry("emon power off", ""));
        entries.push(entry("echo pwr 2000", ",\n        ack: /echo-message\\[pwr\\]/,\n        ms: 2500"));
    } else {
        entries.push(entry("mountc dut dut", ""));
        entries.push(entry("dut profile", ""));
    }
    for step in steps {
        let mut more = String::new();
        if step.ms != TIMEOUT_MS {
            let _ = write!(more, ",\n        ms: {}", step.ms);
        }
        if let Some(ack) = step.ack {
            let _ = write!(more, ",\n        ack: {ack}");
        }
        entries.push(entry(&step.command, &more));
    }
    format!("[\n{}\n]", entries.join(",\n"))
}

fn results(job: &Job<'_>, recording: &Recording, at: Micros) -> String {
    let mut out = Writer { out: String::new(), now: at };
    let code = code(job);
    match job.mode {
        Mode::Accuracy => {
            let (top1, area) = scores(job, recording);
            out.say(&format!("{code}: Top-1: {top1:.1}%"));
            out.at(at + 15_000, &format!("{code}: AUC: {area:.2}"));
        }
        Mode::Performance => {
            let windows: Vec<(u64, f64)> = recording
                .trials
                .iter()
                .filter_map(|trial| {
                    let (start, stop) = trial.stamps?;
                    Some((trial.iterations, stop as f64 / 1e6 - start as f64 / 1e6))
                })
                .collect();
            performance(&mut out, code, job, &windows);
        }
        Mode::Energy => {
            let stamps = stamps(recording);
            let pairs: Vec<(f64, f64)> =
                stamps.get(1..).unwrap_or_default().chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            let samples: Vec<f32> =
                recording.energy.iter().flat_map(|stream| &stream.samples).map(|sample| microjoules(*sample)).collect();
            let energies = energy::trace_energies(&samples, |sample| f64::from(*sample), RATE_HZ, &pairs);
            let mut costs = Vec::new();
            for (index, ((pair, energy), trial)) in pairs.iter().zip(energies).zip(&recording.trials).enumerate() {
                let energy = energy.unwrap_or(0.0);
                let seconds = pair.1 - pair.0;
                out.say(&format!(
                    "{code}: Energy data for window {} at time {:.2} for {seconds:.2} sec.:",
                    2 * index + 2,
                    pair.0
                ));
                out.say(&format!("{code}:   Energy       : {energy:12.3} uJ"));
                out.say(&format!("{code}:   Power        : {:12.3} uW", energy / seconds));
                let cost = energy / trial.iterations as f64;
                out.say(&format!("{code}:   Energy/Inf.  : {cost:12.3} uJ/inf."));
                costs.push(cost);
            }
            rule(&mut out, code);
            out.say(&format!("{code}: Median energy cost is {:.3} uJ/inf.", median::median(costs).unwrap_or(0.0)));
            rule(&mut out, code);
            let windows: Vec<(u64, f64)> =
                pairs.iter().zip(&recording.trials).map(|(pair, trial)| (trial.iterations, pair.1 - pair.0)).collect();
            performance(&mut out, code, job, &windows);
        }
    }
    out.out
}

fn rule(out: &mut Writer, code: &str) {
    out.say(&format!("{code}: {}", "-".repeat(57)));
}

fn performance(out: &mut Writer, code: &str, job: &Job<'_>, windows: &[(u64, f64)]) {
    for (index, (inferences, seconds)) in windows.iter().enumerate() {
        out.say(&format!("{code}: Performance results for window {}:", 2 * index + 2));
        out.say(&format!("{code}:   # Inferences : {inferences:12}"));
        out.say(&format!("{code}:   Runtime      : {seconds:12.3} sec."));
        out.say(&format!("{code}:   Throughput   : {:12.3} inf./sec.", *inferences as f64 / seconds));
        let valid = *seconds >= job.round.windows.min_seconds && *inferences >= job.round.windows.min_inferences;
        out.say(&if valid {
            format!("{code}: Runtime requirements have been met.")
        } else {
            format!("{code}: e-[The run must take at least 10 seconds and 10 iterations to be valid]")
        });
    }
    let rates = windows.iter().map(|(inferences, seconds)| *inferences as f64 / seconds).collect();
    rule(out, code);
    out.say(&format!("{code}: Median throughput is {:.3} inf./sec.", median::median(rates).unwrap_or(0.0)));
    rule(out, code);
    out.say(&format!("{code}: Cannot compute accuracy metrics in single-run mode."));
}

/// Returns Top-1 in per cent and AUC, as this runner defines them.
fn scores(job: &Job<'_>, recording: &Recording) -> (f64, f64) {
    if job.spec.task == Task::Anomaly {
        let files = super::mlcommons::file_scores(recording);
        return (anomaly::best_accuracy(&files).unwrap_or(0.0), anomaly::thresholded_auc(&files).unwrap_or(0.0));
    }
    let rows: Vec<Row<'_>> =
        recording.trials.iter().map(|trial| Row { outputs: &trial.outputs, class: trial.class as usize }).collect();
    let classes = job.spec.outputs.unwrap_or(0);
    (accuracy::top1(&rows).unwrap_or(0.0), auc::thresholded_mean(&rows, classes).unwrap_or(0.0))
}
