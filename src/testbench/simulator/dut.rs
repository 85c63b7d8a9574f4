//! Simulated device under test for the benchmarks with input files: the reference firmware as a state machine.
//!
//! Commands end with `%`, replies with `m-ready`. The spelling mistakes in the replies are those of the firmware. A
//! command of more than 80 characters is cut, as in the firmware.

use std::sync::Arc;

use super::answers::Answers;
use super::profile::{FaultKind, Profile, ProfileError};
use super::random::{Random, seed_of};
use super::{Activity, ActivityLog, Reply, Timed, transmission};
use crate::testbench::device::{Micros, SECOND};

/// Length of the firmware's command buffer.
const COMMAND_CHARACTERS: usize = 80;
/// Time since the device started, when the simulated host connects.
const UP_SINCE: Micros = 3_000_000;

/// Simulated device under test.
pub struct Dut {
    profile: Arc<Profile>,
    model: &'static str,
    seconds: f64,
    jitter: f64,
    limits: Limits,
    energy: bool,
    pub(super) baud: u64,
    answers: Answers,
    random: Random,
    command: Vec<u8>,
    /// Input memory of the firmware. Earlier inputs stay until they are overwritten.
    buffer: Vec<u8>,
    /// Number of bytes that the last `db load` announced.
    expected: usize,
    /// Position of the next byte. It advances even beyond the announced bytes.
    pointer: usize,
    last_answer: Vec<f64>,
    /// Whether an empty command has crashed the firmware; only a power cycle restarts it.
    crashed: bool,
    busy_until: Micros,
    /// Number of commands so far, per fault, that the fault applies to.
    seen: Vec<usize>,
    /// Record of what the device did.
    pub activity: ActivityLog,
}

/// Layout of the input buffer of a model's firmware.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Size of the buffer in bytes.
    buffer: usize,
    /// Number of elements of the model's input.
    elements: usize,
    /// Bytes per element.
    width: usize,
}

/// Time from power-on to the banner.
const BOOT: Micros = 20_000;
/// Longest work of one command: a year, so that the clock cannot overflow.
const LONGEST_WORK: Micros = 366 * 86_400 * SECOND;

impl Dut {
    /// Creates a device that runs a benchmark.
    ///
    /// # Errors
    /// When the profile does not run the benchmark.
    pub(crate) fn new(profile: Arc<Profile>, benchmark: &str, energy: bool) -> Result<Self, ProfileError> {
        let speed = profile.speed(benchmark)?;
        let bytes = |count| Limits { buffer: count, elements: count, width: 1 };
        let (model, limits) = match benchmark {
            "ad" => ("ad01", Limits { buffer: 5120, elements: 640, width: 4 }),
            "ic" => ("ic01", bytes(3072)),
            "ic2" => ("ic02", bytes(3072)),
            "kws" => ("kws01", bytes(490)),
            _ => ("vww01", bytes(27_648)),
        };
        let model = if profile.has_fault(FaultKind::WrongModel) {
            if model == "kws01" { "vww01" } else { "kws01" }
        } else {
            model
        };
        let answers = Answers::for_benchmark(&profile, benchmark);
        Ok(Self {
            model,
            seconds: speed.seconds,
            jitter: speed.jitter,
            limits,
            energy,
            baud: if energy { profile.link.energy_baud } else { profile.link.baud },
            random: Random::new(profile.seed ^ seed_of(model.as_bytes()) ^ u64::from(energy)),
            command: Vec::new(),
            buffer: vec![0; limits.buffer],
            expected: 0,
            pointer: 0,
            last_answer: vec![0.0; answers.outputs()],
            crashed: false,
            answers,
            busy_until: 0,
            seen: vec![0; profile.faults.len()],
            activity: ActivityLog::default(),
            profile,
        })
    }

    /// Powers the device on, so that it boots, or off, so that it loses its memory. Returns the banner.
    pub(crate) fn power(&mut self, at: Micros, on: bool) -> Vec<Timed> {
        self.command.clear();
        self.buffer.fill(0);
        self.last_answer.fill(0.0);
        (self.expected, self.pointer, self.crashed) = (0, 0, false);
        self.activity.off_since = (!on).then_some(at);
        if on { self.banner(at + BOOT) } else { Vec::new() }
    }

    /// Takes bytes that arrive at a time; returns the replies to the commands that they complete. A device without
    /// power ignores them.
    pub(crate) fn take(&mut self, at: Micros, bytes: &[u8]) -> Vec<Timed> {
        let mut out = Vec::new();
        if self.activity.off_since.is_some() {
            return out;
        }
        let mut arrived = at;
        for byte in bytes {
            arrived += transmission(1, self.baud);
            if *byte == b'%' {
                let command = std::mem::take(&mut self.command);
                out.extend(self.execute(arrived.max(self.busy_until), &command));
            } else if self.command.len() < COMMAND_CHARACTERS {
                self.command.push(*byte);
            }
        }
        out
    }

    /// Returns what the device prints when it starts.
    #[must_use]
    pub(crate) fn banner(&mut self, at: Micros) -> Vec<Timed> {
        let mut reply = Reply::new(at, self.baud);
        if self.energy {
            reply.say("m-timestamp-mode-energy");
            self.activity.pulses.push(reply.now);
        } else {
            reply.say("m-timestamp-mode-performance");
            reply.say("m-lap-us-1001");
        }
        reply.say("m-init-done");
        reply.say("m-ready");
        self.busy_until = reply.now;
        reply.lines
    }

    fn execute(&mut self, at: Micros, command: &[u8]) -> Vec<Timed> {
        if self.crashed {
            return Vec::new();
        }
        // A C string ends at its first zero byte.
        let command = command.split(|byte| *byte == 0).next().unwrap_or_default();
        let mut words = command.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let Some(first) = words.next() else {
            // The reference firmware dereferences a null pointer here.
            self.crashed = true;
            return Vec::new();
        };
        let rest: Vec<&[u8]> = words.collect();
        let fault = self.fault_at(first);
        let mut reply = Reply::new(at, self.baud);
        match fault {
            Some(FaultKind::NoReply) => return Vec::new(),
            Some(FaultKind::Reset) => return self.banner(at + 50_000),
            _ => {}
        }
        match first {
            b"name" => reply.say(&format!("m-name-dut-[{}]", self.profile.vendor)),
            b"profile" => {
                reply.say("m-profile-[ULPMark for tinyML Firmware V0.0.1]");
                reply.say(&format!("m-model-[{}]", self.model));
            }
            b"timestamp" => self.stamp(&mut reply),
            b"help" => help(&mut reply),
            b"db" => self.db(&rest, fault, &mut reply),
            b"infer" => self.infer(&rest, fault, &mut reply),
            b"results" => {
                let line = format!("m-results-[{}]", self.printed(&self.last_answer));
                reply.say(&line);
            }
            other => {
                let mut line = b"e-[Unknown command: ".to_vec();
                line.extend_from_slice(other);
                line.extend_from_slice(b"]\r\n");
                reply.raw(line);
            }
        }
        if fault != Some(FaultKind::MissingReady) {
            reply.say("m-ready");
        }
        if fault == Some(FaultKind::StaleReady) {
            reply.say("m-ready");
        }
        Self::damage(fault, &mut reply);
        if self.profile.printing.echo
            && first != b"db"
            && let Some(line) = reply.lines.first_mut()
        {
            let mut echoed = command.to_vec();
            echoed.push(b'%');
            echoed.append(&mut line.bytes);
            line.bytes = echoed;
        }
        self.busy_until = reply.now;
        reply.lines
    }

    fn fault_at(&mut self, first: &[u8]) -> Option<FaultKind> {
        let mut found = None;
        for (fault, seen) in self.profile.faults.iter().zip(&mut self.seen) {
            if fault.command.is_empty() || fault.command.as_bytes() == first {
                *seen += 1;
                if *seen == fault.after + 1 {
                    found = Some(fault.kind);
                }
            }
        }
        found
    }

    fn damage(fault: Option<FaultKind>, reply: &mut Reply) {
        let last_but_one = reply.lines.len().saturating_sub(2);
        let Some(line) = reply.lines.get_mut(last_but_one) else { return };
        let middle = line.bytes.len() / 2;
        match fault {
            Some(FaultKind::Garbage) => line.bytes.insert(middle, 0xFF),
            Some(FaultKind::DropFromDevice) => {
                line.bytes.remove(middle);
            }
            _ => {}
        }
    }

    /// Returns the device's clock in µs: free-running since the start, with the clock error of the profile, 32 bits
    /// wide.
    fn clock(&self, at: Micros) -> u64 {
        let speed = if self.profile.has_fault(FaultKind::SlowClock) { 2.0 / 3.0 } else { 1.0 };
        let ticks = (at + UP_SINCE) as f64 * (1.0 + self.profile.clock_ppm * 1e-6) * speed;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
        let ticks = ticks.round() as u64;
        ticks % (1 << 32)
    }

    /// Makes a time stamp: prints the clock, or pulses the time-stamp pin in an energy build.
    fn stamp(&mut self, reply: &mut Reply) {
        if self.energy {
            self.activity.pulses.push(reply.now);
        } else {
            let line = format!("m-lap-us-{}", self.clock(reply.now));
            reply.say(&line);
        }
    }

    fn db(&mut self, rest: &[&[u8]], fault: Option<FaultKind>, reply: &mut Reply) {
        match rest {
            [] => reply.say("e-[Command 'db' requires a subcommand]"),
            [b"load"] => reply.say("e-[Command 'db load' requires the # of bytes]"),
            [b"load", count, ..] => self.db_load(leading_number(count), reply),
            [b"print", ..] => {
                for chunk in self.buffer[..self.expected.min(self.buffer.len())].chunks(8) {
                    let bytes: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
                    reply.say(&format!("m-buffer-{}", bytes.join("-")));
                }
                if !self.expected.is_multiple_of(8) {
                    reply.say("");
                }
            }
            [hex, ..] => {
                let hex = if fault == Some(FaultKind::DropToDevice) { &hex[1..] } else { hex };
                self.db_hex(hex, reply);
            }
        }
    }

    fn db_load(&mut self, count: i64, reply: &mut Reply) {
        if count == 0 {
            reply.say("e-[Command 'db load' must be >0 bytes]");
            return;
        }
        // The firmware stores the size even if it is too large. Here, bytes beyond the buffer are lost.
        self.pointer = 0;
        self.expected = usize::try_from(count).unwrap_or(0);
        let largest = self.limits.buffer;
        if usize::try_from(count).is_ok_and(|count| count <= largest) {
            reply.say(&format!("m-[Expecting {count} bytes]"));
        } else {
            reply.raw(format!("Supplied buffer size {count} exceeds maximum of {largest}\n").into_bytes());
        }
    }

    fn db_hex(&mut self, hex: &[u8], reply: &mut Reply) {
        if !hex.len().is_multiple_of(2) {
            reply.say("e-[Insufficent number of hex digits]");
            return;
        }
        let started = reply.now.saturating_sub(transmission(hex.len() + 4, self.baud));
        for pair in hex.chunks_exact(2) {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
                reply.say(&format!("e-[Invalid hex digit '{}']", String::from_utf8_lossy(pair)));
                return;
            };
            if let Some(place) = self.buffer.get_mut(self.pointer) {
                *place = high * 16 + low;
            }
            self.pointer += 1;
            if self.pointer == self.expected {
                reply.say("m-load-done");
                break;
            }
        }
        self.spend(started, reply.now, Activity::Load);
    }

    fn infer(&mut self, rest: &[&[u8]], fault: Option<FaultKind>, reply: &mut Reply) {
        const DEFAULT_WARMUPS: i64 = 10;
        let iterations = rest.first().map_or(1, |word| leading_number(word));
        let warmups = rest.get(1).map_or(DEFAULT_WARMUPS, |word| leading_number(word));
        if iterations <= 0 {
            reply.say("e-[Inference iterations must be >0]");
            return;
        }
        if warmups < 0 {
            reply.say("e-[Inference warmup must be >=0]");
            return;
        }
        let Limits { elements, width, .. } = self.limits;
        let loaded = self.pointer / width;
        if loaded < elements {
            reply.raw(format!("Input db has {loaded} elemented, expected {elements}\n").into_bytes());
        }
        let seconds = self.seconds * (1.0 + self.jitter * self.random.swing());
        reply.say(&format!("m-warmup-start-{warmups}"));
        self.work(warmups as f64 * seconds, reply);
        reply.say("m-warmup-done");
        reply.say(&format!("m-infer-start-{iterations}"));
        let done = if fault == Some(FaultKind::Cheat) { (iterations / 2).max(1) } else { iterations };
        let first = reply.now;
        self.work(done as f64 * seconds, reply);
        let last = reply.now;
        if self.energy {
            self.activity.pulses.push(first);
            self.activity.pulses.push(last);
            self.damage_pulses(fault);
        } else {
            // The first line is sent while the device infers.
            for at in [first, last] {
                let bytes = format!("m-lap-us-{}\r\n", self.clock(at)).into_bytes();
                let sent = at + transmission(bytes.len(), self.baud);
                reply.lines.push(Timed { at: sent, bytes });
                reply.now = reply.now.max(sent);
            }
        }
        reply.say("m-infer-done");
        self.last_answer = self.answers.answer(&self.buffer[..elements * width]);
        let line = format!("m-results-[{}]", self.printed(&self.last_answer));
        reply.say(&line);
    }

    fn damage_pulses(&mut self, fault: Option<FaultKind>) {
        match fault {
            Some(FaultKind::LostStamp) => {
                self.activity.pulses.pop();
            }
            Some(FaultKind::ExtraStamp) => {
                if let Some(last) = self.activity.pulses.last().copied() {
                    self.activity.pulses.push(last + 5_000);
                }
            }
            _ => {}
        }
    }

    fn work(&mut self, seconds: f64, reply: &mut Reply) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
        let micros = ((seconds * 1e6).round() as Micros).min(LONGEST_WORK);
        self.spend(reply.now, reply.now + micros, Activity::Infer);
        reply.now += micros;
    }

    fn spend(&mut self, from: Micros, to: Micros, activity: Activity) {
        if !self.energy || from >= to {
            return;
        }
        if let Some(last) = self.activity.spans.last_mut()
            && last.2 == activity
            && from <= last.1 + 20_000
        {
            last.1 = to;
        } else {
            self.activity.spans.push((from, to, activity));
        }
    }

    fn printed(&self, outputs: &[f64]) -> String {
        let decimals = self.profile.printing.decimals;
        let anomaly = outputs.len() == 1;
        let items: Vec<String> = outputs
            .iter()
            .map(|value| match decimals {
                0 if !anomaly => format!("{:.0}", value * 127.0),
                0 => format!("{value:.3}"),
                _ => format!("{value:.decimals$}"),
            })
            .collect();
        let comma = if self.profile.printing.trailing_comma { "," } else { "" };
        format!("{}{comma}", items.join(","))
    }
}

/// Parses a number like C's `atoi`: leading digits count, and a text without digits is zero.
fn leading_number(word: &[u8]) -> i64 {
    let (negative, digits) = word.strip_prefix(b"-").map_or((false, word), |rest| (true, rest));
    let value =
        crate::parse::text::leading_integer(digits).map_or(0, |(value, _)| i64::try_from(value).unwrap_or(i64::MAX));
    if negative { -value } else { value }
}

fn help(reply: &mut Reply) {
    for line in [
        "ULPMark for tinyML Firmware V0.0.1",
        "",
        "help         : Print this information",
        "name         : Print the name of the device",
        "timestsamp   : Generate a timetsamp",
        "db SUBCMD    : Manipulate a generic byte buffer",
        "  load N     : Allocate N bytes and set load counter",
        "  db HH[HH]* : Load 8-bit hex byte(s) until N bytes",
        "  print [N=16] [offset=0]",
        "             : Print N bytes at offset as hex",
        "infer N [W=0]: Load input, execute N inferences after W warmup loops",
        "results      : Return the result fp32 vector",
    ] {
        reply.say(line);
    }
}
