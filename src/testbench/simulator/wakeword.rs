//! Simulated streaming wake word device: it listens to the board's audio, pulses one pin when it detects the word, and
//! holds another pin high while it processes a frame.

use std::sync::Arc;

use super::profile::{FaultKind, Profile, ProfileError, Quality};
use super::random::Random;
use super::{Activity, ActivityLog, Reply, Timed};
use crate::round::WakewordTruth;
use crate::testbench::device::{Micros, SECOND};

/// Time from power-on to the pulse of the boot.
const BOOT: Micros = 20_000;
/// Time per frame: 512 samples at 16 kHz.
pub(crate) const FRAME: Micros = 32_000;

/// Length of the firmware's command buffer.
const COMMAND_CHARACTERS: usize = 1028;
/// Bytes of the firmware's input memory: two seconds of audio.
const MEMORY: usize = 65_536;
/// Most activations that it keeps.
const MOST_ACTIVATIONS: usize = 1000;
/// Printed values per line.
const VALUES_A_LINE: usize = 16;
/// Activation of the wake word in a frame with the word, on a scale to 127.
const HEARD: i32 = 121;
/// Activation of the wake word in a frame without the word.
const UNHEARD: i32 = -127;

/// Simulated streaming wake word device.
pub struct WakewordDut {
    profile: Arc<Profile>,
    seconds: f64,
    pub(super) baud: u64,
    command: Vec<u8>,
    streaming: bool,
    memory: Vec<u8>,
    expected: usize,
    pointer: usize,
    /// Activations per frame of the last stream.
    activations: Vec<i32>,
    /// Record of what the device did.
    pub activity: ActivityLog,
}

impl WakewordDut {
    /// Creates a device from a profile.
    ///
    /// # Errors
    /// When the profile does not run the benchmark.
    pub(crate) fn new(profile: Arc<Profile>) -> Result<Self, ProfileError> {
        let seconds = profile.speed("sww")?.seconds;
        Ok(Self {
            baud: profile.link.baud,
            profile,
            seconds,
            command: Vec::new(),
            streaming: false,
            memory: vec![0; MEMORY],
            expected: 0,
            pointer: 0,
            activations: Vec::new(),
            activity: ActivityLog::default(),
        })
    }

    /// Powers the device on, so that it boots with a pulse but without a banner, or off, so that it loses its memory.
    pub(crate) fn power(&mut self, at: Micros, on: bool) -> Vec<Timed> {
        self.command.clear();
        self.memory.fill(0);
        self.activations.clear();
        (self.streaming, self.expected, self.pointer) = (false, 0, 0);
        self.activity.off_since = (!on).then_some(at);
        if on {
            self.activity.pulses.push(at + BOOT);
        }
        Vec::new()
    }

    /// Takes bytes that arrive at a time; returns timed lines. A device without power ignores them.
    pub(crate) fn take(&mut self, at: Micros, bytes: &[u8]) -> Vec<Timed> {
        let mut out = Vec::new();
        if self.activity.off_since.is_some() {
            return out;
        }
        for byte in bytes {
            if *byte == b'%' {
                let command = std::mem::take(&mut self.command);
                let command = command.split(|byte| *byte == 0).next().unwrap_or_default();
                out.extend(self.execute(at, &String::from_utf8_lossy(command)));
            } else if self.command.len() < COMMAND_CHARACTERS {
                self.command.push(*byte);
            }
        }
        out
    }

    fn execute(&mut self, at: Micros, command: &str) -> Vec<Timed> {
        let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
        if words.is_empty() || self.profile.has_fault(FaultKind::NoReply) {
            return Vec::new();
        }
        let mut reply = Reply::new(at, self.baud);
        reply.say(&format!("Received command: {command}"));
        match words[..] {
            ["name", ..] => reply.say(&format!("m-name-dut-[{}]", self.profile.vendor)),
            ["profile", ..] => {
                let model = if self.profile.has_fault(FaultKind::WrongModel) { "kws01" } else { "sww01" };
                reply.say("m-profile-[MLPerf Tiny Firmware V0.1.0]");
                reply.say(&format!("m-model-[{model}]"));
            }
            ["start", ..] if self.streaming => reply.say("I2S Rx currently in progress. Ignoring request"),
            ["start", ..] => {
                self.streaming = true;
                self.activations.clear();
                self.activity.pulses.push(at);
                reply.say("Listening for I2S data ... ");
                reply.say("DMA receive initiated.");
            }
            ["stop", ..] if self.streaming => {
                self.streaming = false;
                self.activity.pulses.push(at);
                reply.say("Streaming stopped.");
                self.say_activations(&mut reply);
            }
            ["stop", ..] => reply.say("I2S is already idle.  Ignoring stop request"),
            ["timestamp", ..] => self.activity.pulses.push(at),
            ["help", ..] => reply.say(&format!("Commands: {}", COMMANDS.join(" "))),
            ["state", ..] => reply.say(if self.streaming { "Streaming" } else { "Idle" }),
            ["log", ..] => reply.say(&format!("{} activations", self.activations.len())),
            ["db", ref rest @ ..] => self.db(rest, &mut reply),
            ["run_model", ref rest @ ..] => {
                let loud = matches!(rest.first(), Some(&"class0"));
                let wanted = [if loud { HEARD } else { UNHEARD }, if loud { UNHEARD } else { HEARD }, UNHEARD];
                reply.say(&format!("m-activations-[{}]", wanted.map(|value| format!("{value:+}")).join(", ")));
            }
            ["extract" | "infer_wav", ..] => say_features(&mut reply),
            ["extract_uart_stream", ..] => {
                say_features(&mut reply);
                reply.say(&format!("m-activations-[{UNHEARD:+}, {HEARD:+}, {UNHEARD:+}]"));
            }
            ["i2scap", ..] => reply.say("I2S capture is not simulated"),
            ["proc_hi" | "proc_lo", ..] | [] => {}
            [other, ..] => reply.say(&format!("Unrecognized command {other}")),
        }
        reply.say("m-ready");
        reply.lines
    }

    /// Prints the activations, sixteen per line, separated by commas.
    fn say_activations(&self, reply: &mut Reply) {
        reply.say("target activations: ");
        let values: Vec<String> = self.activations.iter().map(ToString::to_string).collect();
        let lines: Vec<String> = values.chunks(VALUES_A_LINE).map(|line| line.join(", ")).collect();
        for (index, line) in lines.iter().enumerate() {
            let opening = if index == 0 { "[" } else { "" };
            let comma = if index + 1 < lines.len() { ", " } else { "" };
            reply.say(&format!("{opening}{line}{comma}"));
        }
        reply.say(if lines.is_empty() { "[]" } else { "]" });
    }

    fn db(&mut self, rest: &[&str], reply: &mut Reply) {
        match *rest {
            [] => reply.say("Error: db needs a subcommand"),
            ["load", count, ..] => match count.parse() {
                Ok(count) if (1..=MEMORY).contains(&count) => {
                    (self.expected, self.pointer) = (count, 0);
                    reply.say(&format!("Expecting {count} bytes"));
                }
                _ => reply.say(&format!("Error: db load takes 1 to {MEMORY} bytes")),
            },
            ["getptr", ..] => reply.say(&format!("{}", self.pointer)),
            ["setptr", place, ..] => match place.parse() {
                Ok(place) if place < MEMORY => self.pointer = place,
                _ => reply.say(&format!("Error: db setptr takes 0 to {}", MEMORY - 1)),
            },
            ["load" | "setptr"] => reply.say("Error: a number is missing"),
            [what @ ("print" | "print_i16"), ref rest @ ..] => {
                let count = rest.first().and_then(|count| count.parse().ok()).unwrap_or(VALUES_A_LINE).min(MEMORY);
                let values: Vec<String> = if what == "print" {
                    self.memory[..count].iter().map(|byte| format!("{byte:02x}")).collect()
                } else {
                    let (pairs, _) = self.memory.as_chunks::<2>();
                    pairs.iter().take(count).map(|pair| i16::from_le_bytes(*pair).to_string()).collect()
                };
                for line in values.chunks(VALUES_A_LINE) {
                    reply.say(&line.join(", "));
                }
            }
            [hex, ..] => self.db_hex(hex.as_bytes(), reply),
        }
    }

    fn db_hex(&mut self, hex: &[u8], reply: &mut Reply) {
        let (pairs, odd) = hex.as_chunks::<2>();
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect();
        let Some(bytes) = bytes.filter(|_| odd.is_empty()) else {
            reply.say("Error: pairs of hex digits are expected");
            return;
        };
        for byte in bytes {
            if let Some(place) = self.memory.get_mut(self.pointer) {
                *place = byte;
            }
            self.pointer += 1;
        }
        if self.pointer == self.expected {
            reply.say("m-load-done");
        } else {
            reply.say(&format!("{} bytes received", self.pointer));
        }
    }

    /// Processes a recording that starts to play at `at`. Returns the pulses of the detection pin and the edges of the
    /// processing pin, relative to `at`; empty if the device was not started.
    pub(crate) fn hear(&mut self, at: Micros, truth: &WakewordTruth) -> Heard {
        if !self.streaming {
            return Heard::default();
        }
        let processing = micros(self.seconds);
        let frames = micros(truth.length_s) / FRAME;
        let start = 3_000;
        let rises = (0..frames).map(|frame| at + start + frame * FRAME);
        self.activity.spans.extend(rises.map(|rise| (rise, rise + processing, Activity::Infer)));
        let detections = self.detections(truth);
        let heard: std::collections::BTreeSet<u64> = detections.iter().map(|pulse| pulse / FRAME).collect();
        let kept = frames.min(MOST_ACTIVATIONS as u64);
        self.activations = (0..kept).map(|frame| if heard.contains(&frame) { HEARD } else { UNHEARD }).collect();
        let edges = (0..100).map(|frame| start + frame * FRAME).map(|rise| (rise, rise + processing)).collect();
        Heard { detections, edges }
    }

    fn detections(&self, truth: &WakewordTruth) -> Vec<Micros> {
        let (misses, alarms) = match self.profile.quality.get("sww") {
            Some(Quality::Wakeword { misses, false_alarms }) => (*misses, *false_alarms),
            _ => (0, 0),
        };
        let mut random = Random::new(self.profile.seed ^ 0x57_57);
        let mut order: Vec<usize> = (0..truth.words.len()).collect();
        random.shuffle(&mut order);
        // Pulse of the first frame, the zero of all other times.
        let first = 85_000;
        let mut pulses = vec![first];
        for word in order.into_iter().skip(misses) {
            let (begin, end) = truth.words[word];
            pulses.extend(burst(first + micros(begin + 0.6 * (end - begin)), &mut random));
        }
        let mut placed = 0;
        let mut time = 20.0;
        while placed < alarms && time < truth.length_s - 5.0 {
            // Further from every word than any tolerance, and away from other alarms.
            if truth.words.iter().all(|(begin, end)| time < begin - 2.0 || time > end + 4.0) {
                pulses.extend(burst(first + micros(time), &mut random));
                placed += 1;
                time += 40.0;
            } else {
                time += 1.0;
            }
        }
        pulses.sort_unstable();
        pulses
    }
}

/// Commands of the reference firmware for the wake word.
const COMMANDS: [&str; 16] = [
    "name",
    "profile",
    "help",
    "start",
    "stop",
    "timestamp",
    "state",
    "log",
    "db",
    "run_model",
    "extract",
    "i2scap",
    "infer_wav",
    "extract_uart_stream",
    "proc_hi",
    "proc_lo",
];
/// Number of features per frame.
const FEATURES: usize = 40;

fn say_features(reply: &mut Reply) {
    reply.say(&format!("m-features-[{}]", ["+0"; FEATURES].join(", ")));
}

/// Response of a device to a recording, with times relative to the start.
#[derive(Debug, Default)]
pub struct Heard {
    /// Pulses of the detection pin.
    pub detections: Vec<Micros>,
    /// Rising and falling edges of the processing pin; the board keeps a hundred.
    pub edges: Vec<(Micros, Micros)>,
}

/// Returns the pulses of one detection: the word is detected in several frames, with one pulse per frame.
fn burst(start: Micros, random: &mut Random) -> Vec<Micros> {
    let frames = 5 + random.below(12) as u64;
    (0..frames).map(|frame| start + frame * FRAME).collect()
}

fn micros(seconds: f64) -> Micros {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
    let micros = (seconds * SECOND as f64).round() as u64;
    micros
}
