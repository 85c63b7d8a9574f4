//! Measurement procedure: handshake and calibration, then timed windows, the whole input list, or the wake word stream.

use super::dialogue::{DeviceSession, Exchange, Progress, ProgressCallback, RunError, digits, token};
use super::stream::Stream;
use super::{Heard, Job, Link, Recording, Trial};
use crate::parse::text;
use crate::round::{Dataset, Mode, Runner};
use crate::testbench::device::{Device, Micros, Received, SECOND};

/// Links of a bench.
#[derive(Default)]
pub struct Ports {
    /// Straight to the device under test.
    pub dut: Option<Box<dyn Device>>,
    /// To the interface board or IO manager.
    pub board: Option<Box<dyn Device>>,
    /// To the energy monitor.
    pub monitor: Option<Box<dyn Device>>,
}

impl Ports {
    /// Returns the links in use, in the order in which a log names them.
    fn links(&self) -> Vec<Link> {
        [&self.monitor, &self.board, &self.dut]
            .into_iter()
            .flatten()
            .map(|device| Link { name: device.name(), baud: device.baud() })
            .collect()
    }
}

/// How long a board takes to restart with another baud rate.
const RESTART: Micros = SECOND;
/// How long after the last line of an inference its samples and time stamps may still be measured.
const SAMPLE_DELAY: Micros = SECOND / 20;

/// Does the measurement of a job, and reports its progress.
///
/// # Errors
/// When a link breaks or a device does not answer as it should.
pub fn measure(job: &Job<'_>, ports: &mut Ports, tell: ProgressCallback<'_>) -> Result<Recording, RunError> {
    let links = ports.links();
    if job.mode == Mode::Energy {
        let monitor = ports.monitor.as_mut();
        let monitor =
            monitor.ok_or_else(|| RunError::Job("there is no link to the energy monitor".to_owned()))?.as_mut();
        Stream::power_on(monitor, job.setup.millivolts)?;
    }
    let recording =
        if job.truth.is_some() { measure_stream(job, ports, tell) } else { measure_inputs(job, ports, tell) };
    if let (Err(_), Some(monitor)) = (&recording, &mut ports.monitor) {
        // Powers the device off. Only the first error is returned.
        drop(Stream::stop(monitor.as_mut()));
    }
    recording.map(|recording| Recording { links, ..recording })
}

/// Prepares a device for commands: waits until it has booted, and sets the baud rate of its board. Returns the banner.
fn prepare(job: &Job<'_>, talker: &mut DeviceSession<'_>, relayed: bool) -> Result<Vec<Received>, RunError> {
    let banner = if job.mode == Mode::Energy { talker.boot()? } else { Vec::new() };
    if relayed && job.dialect == Runner::Mlcommons {
        match talker.board_command(&format!("setbaud {}", job.setup.device_baud), 5 * SECOND) {
            Ok(_) => talker.wait(RESTART)?,
            // A board with a fixed baud rate does not know the command.
            Err(RunError::Reply { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(banner)
}

fn measure_inputs(job: &Job<'_>, ports: &mut Ports, tell: ProgressCallback<'_>) -> Result<Recording, RunError> {
    let list = job.list.ok_or_else(|| RunError::Job(format!("there is no input list for {}", job.benchmark)))?;
    let Ports { dut, board, monitor } = ports;
    let (link, relayed) = match (dut, board) {
        (_, Some(board)) if job.mode == Mode::Energy => (board, true),
        (Some(dut), _) => (dut, false),
        (None, Some(board)) => (board, true),
        (None, None) => return Err(RunError::Job("there is no link to the device".to_owned())),
    };
    let mut talker = DeviceSession::new(link.as_mut(), relayed, job.setup.patience, tell);
    let started = talker.now();
    let banner = prepare(job, &mut talker, relayed)?;
    let mut handshake = Vec::new();
    let vendor = identify(job, &mut talker, &mut handshake)?;
    let (iterations, warmups) = match job.mode {
        Mode::Accuracy => (1, 0),
        Mode::Energy | Mode::Performance => (calibrate(job, list, &mut talker)?, 1),
    };
    let eembc = job.dialect == Runner::Eembc;
    let begun = if eembc { talker.now() } else { started };
    // The EEMBC runner asks for the profile again at the start of its session.
    if eembc {
        handshake = vec![talker.command("profile")?];
        if job.mode == Mode::Energy {
            handshake.push(talker.board_command("tm 0", 5 * SECOND)?);
            handshake.push(talker.board_command("enable-timer", 5 * SECOND)?);
        }
    }
    let mut stream = match (job.mode, monitor.as_mut()) {
        (Mode::Energy, Some(monitor)) => Some(Stream::start(monitor.as_mut())?),
        _ => None,
    };
    let trace_on = talker.now();
    if eembc {
        handshake.push(talker.command("timestamp")?);
        if job.mode == Mode::Energy {
            talker.wait(SECOND)?;
        }
    }
    let inputs = if job.mode == Mode::Accuracy { &list.inputs[..] } else { &list.inputs[..job.round.windows.count] };
    let slices = if job.mode == Mode::Accuracy { list.slices } else { 1 };
    let mut trials = Vec::new();
    for (index, (name, class)) in inputs.iter().enumerate() {
        let file =
            job.inputs.read(list, name).map_err(|source| RunError::Input { name: (*name).to_owned(), source })?;
        let slice_bytes = list.input_bytes.map_or(file.len(), |bytes| bytes as usize);
        for slice in 0..slices {
            let offset = slice as usize * list.stride_bytes as usize;
            let bytes = file.get(offset..offset + slice_bytes).ok_or_else(|| {
                RunError::Job(format!("input {name} has {} bytes, expected {}", file.len(), offset + slice_bytes))
            })?;
            let (samples, events) = counts(stream.as_ref());
            let load = talker.load(bytes)?;
            let infer = talker.command(&format!("infer {iterations} {warmups}"))?;
            let (stamps, outputs) = infer_result(job, &talker, &infer, iterations)?;
            if let (Some(stream), Some(monitor)) = (&mut stream, monitor.as_mut()) {
                let least = events + if index == 0 && eembc { 3 } else { 2 };
                stream.follow_events(monitor.as_mut(), talker.now() + SAMPLE_DELAY, least)?;
                check_stamp_count(index, stream.events.len() - events, eembc)?;
            }
            let (samples_after, events_after) = counts(stream.as_ref());
            trials.push(Trial {
                input: (*name).to_owned(),
                class: *class,
                slice,
                offset,
                bytes: slice_bytes,
                file_bytes: file.len(),
                load,
                iterations,
                warmups,
                infer,
                stamps,
                outputs,
                samples: samples..samples_after,
                events: events..events_after,
            });
        }
        talker.tell(Progress::Inputs(index + 1, inputs.len()));
    }
    let mut closing = Vec::new();
    if let (Some(stream), Some(monitor)) = (&mut stream, monitor.as_mut()) {
        // The trace must continue for a short time after the last window.
        talker.wait(2 * SECOND)?;
        stream.follow(monitor.as_mut(), talker.now())?;
        stop(&mut talker, monitor.as_mut());
        if eembc {
            closing.push(talker.board_command("disable-timer", 5 * SECOND)?);
        }
    }
    let ended = talker.now();
    Ok(Recording {
        links: Vec::new(),
        banner,
        vendor,
        handshake,
        trace_on,
        closing,
        span: (begun, ended),
        trials,
        energy: stream,
        heard: None,
    })
}

/// Returns an error if a trial does not have its time stamps. The first trial may have more: that of the boot, or the
/// one that the EEMBC runner asks for.
fn check_stamp_count(trial: usize, stamps: usize, eembc: bool) -> Result<(), RunError> {
    let least = if trial == 0 && eembc { 3 } else { 2 };
    if stamps < least || (trial > 0 && stamps > least) {
        let message = format!("expected {least} time stamps during trial {trial}, received {stamps}");
        return Err(RunError::Monitor(message));
    }
    Ok(())
}

/// Stops the monitor, and reports as warnings the commands that it does not acknowledge.
fn stop(talker: &mut DeviceSession<'_>, monitor: &mut dyn Device) {
    for error in Stream::stop(monitor) {
        talker.tell(Progress::Warning(&format!("{error}; the session is complete")));
    }
}

fn counts(stream: Option<&Stream>) -> (usize, usize) {
    stream.map_or((0, 0), |stream| (stream.samples.len(), stream.events.len()))
}

/// Asks the device for name and model, and returns the name. The model must be that of the benchmark.
fn identify(job: &Job<'_>, talker: &mut DeviceSession<'_>, handshake: &mut Vec<Exchange>) -> Result<String, RunError> {
    let (named, vendor) = talker.ask("name", "m-name-dut-[")?;
    let (profile, model) = talker.ask("profile", "m-model-[")?;
    if model != job.spec.model {
        return Err(talker.refused(&profile, &format!("m-model-[{}]", job.spec.model)));
    }
    handshake.push(named);
    handshake.push(profile);
    Ok(vendor)
}

/// Measures how many inferences make a window long enough. Adds 10 % and rounds up to two digits.
fn calibrate(job: &Job<'_>, list: &Dataset, talker: &mut DeviceSession<'_>) -> Result<u64, RunError> {
    const LONG_ENOUGH: f64 = 0.5;
    let (name, _) = list.inputs[0];
    let file = job.inputs.read(list, name).map_err(|source| RunError::Input { name: name.to_owned(), source })?;
    let bytes = list.input_bytes.map_or(file.len(), |bytes| bytes as usize).min(file.len());
    talker.load(&file[..bytes])?;
    let mut iterations = 1u64;
    loop {
        let infer = talker.command(&format!("infer {iterations} 0"))?;
        let (stamps, _) = infer_result(job, talker, &infer, iterations)?;
        let seconds = match stamps {
            Some((start, stop)) => (stop - start) as f64 / 1e6,
            None => host_seconds(&infer).ok_or_else(|| talker.refused(&infer, "m-infer-start and m-infer-done"))?,
        };
        if seconds >= LONG_ENOUGH || iterations > 1 << 30 {
            let rate = iterations as f64 / seconds;
            return Ok(rounded_up(1.1 * job.round.windows.min_seconds * rate).max(job.round.windows.min_inferences));
        }
        iterations *= 8;
    }
}

fn host_seconds(infer: &Exchange) -> Option<f64> {
    let when = |what: &[u8]| {
        infer.lines.iter().find(|line| memchr::memmem::find(&line.text, what).is_some()).map(|line| line.at)
    };
    let (start, done) = (when(b"m-infer-start-")?, when(b"m-infer-done")?);
    Some((done - start) as f64 / SECOND as f64)
}

/// Rounds up to two significant digits.
fn rounded_up(value: f64) -> u64 {
    let unit = 10f64.powf(value.max(1.0).log10().floor() - 1.0).max(1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive count
    let rounded = ((value / unit).ceil() * unit).round() as u64;
    rounded
}

type InferResult = (Option<(u64, u64)>, Vec<f64>);

/// Returns time stamps and outputs of an `infer`, checked against the command.
fn infer_result(
    job: &Job<'_>,
    talker: &DeviceSession<'_>,
    infer: &Exchange,
    iterations: u64,
) -> Result<InferResult, RunError> {
    let started = infer.lines.iter().find_map(|line| digits(&line.text, "m-infer-start-"));
    if started != Some(iterations) {
        return Err(talker.refused(infer, &format!("m-infer-start-{iterations}")));
    }
    let stamps = if job.mode == Mode::Energy {
        None
    } else {
        let laps: Vec<u64> = infer.lines.iter().filter_map(|line| digits(&line.text, "m-lap-us-")).collect();
        let [start, stop] = laps[..] else {
            return Err(talker.refused(infer, &format!("two lines m-lap-us-…, not {}", laps.len())));
        };
        // The 32-bit counter may wrap once.
        Some((start, if stop < start { stop + (1 << 32) } else { stop }))
    };
    let vector = infer
        .lines
        .iter()
        .find_map(|line| token(&line.text, "m-results-["))
        .ok_or_else(|| talker.refused(infer, "m-results-[…]"))?;
    let wanted = job.spec.outputs.unwrap_or(0);
    let items: Vec<&str> = vector.trim_end_matches(',').split(',').collect();
    let outputs: Option<Vec<f64>> = items.iter().map(|item| text::number(item.trim().as_bytes())).collect();
    let decimals = |item: &str| item.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let even = items.windows(2).all(|pair| decimals(pair[0]) == decimals(pair[1]));
    match outputs {
        // After a lost byte, a number may have fewer decimals than the others.
        Some(outputs) if outputs.len() == wanted && even => Ok((stamps, outputs)),
        _ => Err(talker.refused(infer, &format!("m-results-[…] with {wanted} numbers of the same format"))),
    }
}

/// Device and board of a wake word run, which may share a link.
struct Pair<'a> {
    dut: Option<&'a mut dyn Device>,
    board: &'a mut dyn Device,
    patience: Micros,
    tell: ProgressCallback<'a>,
}

impl Pair<'_> {
    fn device(&mut self) -> DeviceSession<'_> {
        match &mut self.dut {
            Some(dut) => DeviceSession::new(*dut, false, self.patience, self.tell),
            None => DeviceSession::new(self.board, true, self.patience, self.tell),
        }
    }

    fn board(&mut self) -> DeviceSession<'_> {
        DeviceSession::new(self.board, false, self.patience, self.tell)
    }
}

/// Measures the wake word: the board plays the recording and records what the device does.
fn measure_stream(job: &Job<'_>, ports: &mut Ports, tell: ProgressCallback<'_>) -> Result<Recording, RunError> {
    const ORDINARY: Micros = 5 * SECOND;
    let truth = job.truth.ok_or_else(|| RunError::Job("there is no recording for the wake word".to_owned()))?;
    let Ports { dut, board, monitor } = ports;
    let Some(board) = board else { return Err(RunError::Job("the wake word requires the interface board".to_owned())) };
    let begun = board.now();
    let relayed = dut.is_none();
    let dut = dut.as_mut().map(|dut| dut.as_mut() as &mut dyn Device);
    let mut pair = Pair { dut, board: board.as_mut(), patience: job.setup.patience, tell };
    let banner = prepare(job, &mut pair.device(), relayed)?;
    let mut handshake = Vec::new();
    let vendor = identify(job, &mut pair.device(), &mut handshake)?;
    let mut stream = match monitor {
        Some(monitor) if job.mode == Mode::Energy => Some(Stream::start(monitor.as_mut())?),
        _ => None,
    };
    pair.device().command("stop")?;
    pair.device().command("start")?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
    let length = (truth.length_s * SECOND as f64) as Micros;
    pair.board().board_command("record_detections", ORDINARY)?;
    let play = pair.board().board_command(&format!("play {}", truth.wav), length + 10 * SECOND)?;
    if !play.lines.iter().any(|line| line.text.ends_with(b"succeeded.")) {
        return Err(pair.board().refused(&play, "`succeeded.`"));
    }
    pair.device().wait(SECOND / 4)?;
    let stopped = pair.device().command("stop")?;
    let detections = numbers(&pair.board().board_command("print_detections", ORDINARY)?, |_| true);
    let duty = pair.board().board_command("print_dutycycle", ORDINARY)?;
    let (starts, stops) = duty_lists(&duty);
    if detections.is_empty() {
        return Err(RunError::Job("the board recorded no detections, not even the start of the device".to_owned()));
    }
    let ended = pair.board().now();
    if let (Some(stream), Some(monitor)) = (&mut stream, monitor.as_mut()) {
        stream.follow(monitor.as_mut(), ended)?;
        stop(&mut pair.device(), monitor.as_mut());
        if stream.events.len() < 2 {
            return Err(RunError::Monitor(format!("expected 2 time stamps, received {}", stream.events.len())));
        }
    }
    let activations = activations(&stopped);
    let heard = Heard { playing_at: play.sent, detections, starts, stops, activations };
    Ok(Recording {
        links: Vec::new(),
        banner,
        vendor,
        handshake,
        trace_on: begun,
        closing: Vec::new(),
        span: (begun, ended),
        trials: Vec::new(),
        energy: stream,
        heard: Some(heard),
    })
}

/// Returns the numbers in the brackets after `target activations:`; empty if the device does not send them.
fn activations(stopped: &Exchange) -> Vec<i64> {
    let lines: Vec<String> = stopped
        .lines
        .iter()
        .map(|line| String::from_utf8_lossy(line.text.strip_prefix(b"[dut]:").unwrap_or(&line.text)).into_owned())
        .collect();
    let lines = lines.join(" ");
    let Some((_, rest)) = lines.split_once("target activations:") else { return Vec::new() };
    let inside = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.split([',', ' ']).filter(|word| !word.is_empty()).map_while(|word| word.parse().ok()).collect()
}

/// Returns all whole numbers in the lines whose index is `wanted`.
fn numbers(exchange: &Exchange, wanted: impl Fn(usize) -> bool) -> Vec<u64> {
    exchange
        .lines
        .iter()
        .enumerate()
        .filter(|(index, _)| wanted(*index))
        .flat_map(|(_, line)| line.text.split(|byte| *byte == b',').filter_map(|item| text::integer(item.trim_ascii())))
        .collect()
}

/// Returns rising and falling edges of the processing pin. `m-ready` may follow the last values without a separator.
fn duty_lists(exchange: &Exchange) -> (Vec<u64>, Vec<u64>) {
    let second = exchange.lines.iter().position(|line| line.text.starts_with(b"Duty cycle stop")).unwrap_or(usize::MAX);
    (numbers(exchange, |index| index < second), numbers(exchange, |index| index > second))
}
