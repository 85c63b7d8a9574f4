//! The measurement procedure: handshake, calibration, five timed windows, or the whole list, or the stream.

use super::dialogue::{Exchange, RunError, Talker, digits, token};
use super::stream::Stream;
use super::{Heard, Job, Recording, Trial};
use crate::bench::device::{Device, Micros, SECOND};
use crate::read::log::text;
use crate::round::{Dataset, Mode, Runner};

/// The links of a bench.
#[derive(Default)]
pub struct Ports {
    /// Straight to the device under test.
    pub dut: Option<Box<dyn Device>>,
    /// To the interface board or IO manager.
    pub board: Option<Box<dyn Device>>,
    /// To the energy monitor.
    pub monitor: Option<Box<dyn Device>>,
}

/// Measures as a job says. `progress` is told how many of how many inputs are done.
///
/// # Errors
/// When a link breaks or a device does not answer as it should.
pub fn measure(
    job: &Job<'_>,
    ports: &mut Ports,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Recording, RunError> {
    if job.truth.is_some() {
        return measure_stream(job, ports);
    }
    let list = job.list.ok_or_else(|| RunError::Job(format!("there is no input list for {}", job.benchmark)))?;
    let Ports { dut, board, monitor } = ports;
    let mut talker = match (dut, board) {
        (_, Some(board)) if job.mode == Mode::Energy => Talker::relayed(board.as_mut()),
        (Some(dut), _) => Talker::direct(dut.as_mut()),
        (None, Some(board)) => Talker::relayed(board.as_mut()),
        (None, None) => return Err(RunError::Job("there is no link to the device".to_owned())),
    };
    let started = talker.now();
    let mut handshake = Vec::new();
    let vendor = identify(job, &mut talker, &mut handshake)?;
    let (iterations, warmups) = match job.mode {
        Mode::Accuracy => (1, 0),
        Mode::Energy | Mode::Performance => (calibrate(job, list, &mut talker)?, 1),
    };
    let eembc = job.dialect == Runner::Eembc;
    let begun = if eembc { talker.now() } else { started };
    // The EEMBC runner starts its session with another look at the profile.
    if eembc {
        handshake = vec![talker.command("profile")?];
        if job.mode == Mode::Energy {
            handshake.push(talker.board_command("tm 0", 5 * SECOND)?);
            handshake.push(talker.board_command("enable-timer", 5 * SECOND)?);
        }
    }
    let mut stream = match (job.mode, monitor.as_mut()) {
        (Mode::Energy, Some(monitor)) => Some(Stream::start(monitor.as_mut())?),
        (Mode::Energy, None) => return Err(RunError::Job("there is no link to the energy monitor".to_owned())),
        _ => None,
    };
    let trace_on = talker.now();
    if eembc || job.mode == Mode::Energy {
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
            let (stamps, outputs) = answered(job, &talker, &infer, iterations)?;
            if let (Some(stream), Some(monitor)) = (&mut stream, monitor.as_mut()) {
                stream.drain(monitor.as_mut())?;
                let new = stream.events.len() - events;
                let expected = if index == 0 { 3 } else { 2 };
                if new != expected {
                    let message = format!("expected {expected} time stamps during trial {index}, received {new}");
                    return Err(RunError::Monitor(message));
                }
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
        progress(index + 1, inputs.len());
    }
    let mut closing = Vec::new();
    if let (Some(stream), Some(monitor)) = (&mut stream, monitor.as_mut()) {
        // The trace goes on a little after the last window.
        talker.wait(2 * SECOND)?;
        stream.drain(monitor.as_mut())?;
        Stream::stop(monitor.as_mut())?;
        if eembc {
            closing.push(talker.board_command("disable-timer", 5 * SECOND)?);
        }
    }
    let ended = talker.now();
    Ok(Recording { vendor, handshake, trace_on, closing, span: (begun, ended), trials, energy: stream, heard: None })
}

fn counts(stream: Option<&Stream>) -> (usize, usize) {
    stream.map_or((0, 0), |stream| (stream.samples.len(), stream.events.len()))
}

/// Name and model of the device; the model must be the benchmark's.
fn identify(job: &Job<'_>, talker: &mut Talker<'_>, handshake: &mut Vec<Exchange>) -> Result<String, RunError> {
    const TRIES: usize = 3;
    let mut named = talker.command("name");
    for _ in 1..TRIES {
        if named.is_ok() {
            break;
        }
        named = talker.command("name");
    }
    let named = named?;
    let vendor = talker.token(&named, "m-name-dut-[")?;
    let profile = talker.command("profile")?;
    let model = talker.token(&profile, "m-model-[")?;
    if model != job.spec.model {
        return Err(talker.refused(&profile, &format!("m-model-[{}]", job.spec.model)));
    }
    handshake.push(named);
    handshake.push(profile);
    Ok(vendor)
}

/// How many inferences make a window long enough: measured, with a tenth to spare, to two digits.
fn calibrate(job: &Job<'_>, list: &Dataset, talker: &mut Talker<'_>) -> Result<u64, RunError> {
    const LONG_ENOUGH: f64 = 0.5;
    let (name, _) = list.inputs[0];
    let file = job.inputs.read(list, name).map_err(|source| RunError::Input { name: name.to_owned(), source })?;
    let bytes = list.input_bytes.map_or(file.len(), |bytes| bytes as usize).min(file.len());
    talker.load(&file[..bytes])?;
    let mut iterations = 1u64;
    loop {
        let infer = talker.command(&format!("infer {iterations} 0"))?;
        let (stamps, _) = answered(job, talker, &infer, iterations)?;
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

/// Two significant digits, never less.
fn rounded_up(value: f64) -> u64 {
    let unit = 10f64.powf(value.max(1.0).log10().floor() - 1.0).max(1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive count
    let rounded = ((value / unit).ceil() * unit).round() as u64;
    rounded
}

type Answered = (Option<(u64, u64)>, Vec<f64>);

/// The stamps and outputs of an `infer`, checked against the command.
fn answered(job: &Job<'_>, talker: &Talker<'_>, infer: &Exchange, iterations: u64) -> Result<Answered, RunError> {
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
        // One wrap of a 32-bit counter.
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
        // A lost digit shows as a number with fewer decimals than its neighbours.
        Some(outputs) if outputs.len() == wanted && even => Ok((stamps, outputs)),
        _ => Err(talker.refused(infer, &format!("m-results-[…] with {wanted} numbers of one format"))),
    }
}

/// The wake word: the board plays the recording and notes what the device does.
fn measure_stream(job: &Job<'_>, ports: &mut Ports) -> Result<Recording, RunError> {
    let truth = job.truth.ok_or_else(|| RunError::Job("there is no recording".to_owned()))?;
    let begun = ports.board.as_ref().map_or(0, |board| board.now());
    let mut handshake = Vec::new();
    let vendor = with_dut(ports, |talker| identify(job, talker, &mut handshake))?;
    let mut stream = match (job.mode, ports.monitor.as_mut()) {
        (Mode::Energy, Some(monitor)) => Some(Stream::start(monitor.as_mut())?),
        (Mode::Energy, None) => return Err(RunError::Job("there is no link to the energy monitor".to_owned())),
        _ => None,
    };
    with_dut(ports, |talker| talker.command("stop"))?;
    with_dut(ports, |talker| talker.command("start"))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
    let length = (truth.length_s * SECOND as f64) as Micros;
    board_command(ports, "record_detections", 5 * SECOND)?;
    let play = board_command(ports, &format!("play {}", truth.wav), length + 10 * SECOND)?;
    if !play.lines.iter().any(|line| line.text.ends_with(b"succeeded.")) {
        return Err(with_board(ports, |talker| Err::<(), _>(talker.refused(&play, "`succeeded.`")))
            .err()
            .unwrap_or_else(|| RunError::Job("the board did not play".to_owned())));
    }
    with_dut(ports, |talker| talker.command("stop"))?;
    let detections = numbers(&board_command(ports, "print_detections", 5 * SECOND)?, |_| true);
    let duty = board_command(ports, "print_dutycycle", 5 * SECOND)?;
    let (starts, stops) = duty_lists(&duty);
    if detections.is_empty() {
        return Err(RunError::Job("the device detected nothing, not even its own start".to_owned()));
    }
    if let (Some(stream), Some(monitor)) = (&mut stream, ports.monitor.as_mut()) {
        stream.drain(monitor.as_mut())?;
        Stream::stop(monitor.as_mut())?;
        if stream.events.len() < 2 {
            return Err(RunError::Monitor(format!("expected 2 time stamps, received {}", stream.events.len())));
        }
    }
    let ended = ports.board.as_ref().map_or(0, |board| board.now());
    let heard = Heard { playing_at: play.sent, detections, starts, stops };
    Ok(Recording {
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

fn with_dut<T>(ports: &mut Ports, act: impl FnOnce(&mut Talker<'_>) -> Result<T, RunError>) -> Result<T, RunError> {
    match (&mut ports.dut, &mut ports.board) {
        (Some(dut), _) => act(&mut Talker::direct(dut.as_mut())),
        (None, Some(board)) => act(&mut Talker::relayed(board.as_mut())),
        (None, None) => Err(RunError::Job("there is no link to the device".to_owned())),
    }
}

fn with_board<T>(ports: &mut Ports, act: impl FnOnce(&mut Talker<'_>) -> Result<T, RunError>) -> Result<T, RunError> {
    let board =
        ports.board.as_mut().ok_or_else(|| RunError::Job("the wake word needs the interface board".to_owned()))?;
    act(&mut Talker::direct(board.as_mut()))
}

fn board_command(ports: &mut Ports, command: &str, wait: Micros) -> Result<Exchange, RunError> {
    with_board(ports, |talker| talker.board_command(command, wait))
}

/// All whole numbers of a reply's lines that `wanted` lets through.
fn numbers(exchange: &Exchange, wanted: impl Fn(usize) -> bool) -> Vec<u64> {
    exchange
        .lines
        .iter()
        .enumerate()
        .filter(|(index, _)| wanted(*index))
        .flat_map(|(_, line)| line.text.split(|byte| *byte == b',').filter_map(|item| text::integer(item.trim_ascii())))
        .collect()
}

/// Rises and falls of the processing pin; `m-ready` may be glued to the last values.
fn duty_lists(exchange: &Exchange) -> (Vec<u64>, Vec<u64>) {
    let second = exchange.lines.iter().position(|line| line.text.starts_with(b"Duty cycle stop")).unwrap_or(usize::MAX);
    (numbers(exchange, |index| index < second), numbers(exchange, |index| index > second))
}
