//! The streaming wake word device: listens to the board's audio, pulses a pin when it hears the word, and holds another
//! high while it processes a frame.

use std::sync::Arc;

use super::profile::{FaultKind, Profile, ProfileError, Quality};
use super::random::Random;
use super::{Activity, Timed, Trail, transmission};
use crate::bench::device::{Micros, SECOND};
use crate::round::WakewordTruth;

/// Time between frames: 512 samples at 16 kHz.
pub const FRAME: Micros = 32_000;

/// A streaming wake word device.
pub struct WakewordDut {
    profile: Arc<Profile>,
    seconds: f64,
    command: Vec<u8>,
    streaming: bool,
    /// What it did.
    pub trail: Trail,
}

impl WakewordDut {
    /// A device of a profile.
    ///
    /// # Errors
    /// When the profile does not run the benchmark.
    pub fn new(profile: Arc<Profile>) -> Result<Self, ProfileError> {
        let seconds = profile.speed("sww")?.seconds;
        Ok(Self { profile, seconds, command: Vec::new(), streaming: false, trail: Trail::default() })
    }

    /// Takes bytes that arrive at a time.
    pub fn take(&mut self, at: Micros, bytes: &[u8]) -> Vec<Timed> {
        let mut out = Vec::new();
        for byte in bytes {
            if *byte == b'%' {
                let command = std::mem::take(&mut self.command);
                out.extend(self.execute(at, &String::from_utf8_lossy(&command)));
            } else {
                self.command.push(*byte);
            }
        }
        out
    }

    fn execute(&mut self, at: Micros, command: &str) -> Vec<Timed> {
        let first = command.split_ascii_whitespace().next().unwrap_or_default();
        if first.is_empty() || self.profile.has_fault(FaultKind::NoReply) {
            return Vec::new();
        }
        let mut lines = vec![format!("Received command: {command}")];
        match first {
            "name" => lines.push(format!("m-name-dut-[{}]", self.profile.vendor)),
            "profile" => {
                let model = if self.profile.has_fault(FaultKind::WrongModel) { "kws01" } else { "sww01" };
                lines.push("m-profile-[MLPerf Tiny Firmware V0.1.0]".to_owned());
                lines.push(format!("m-model-[{model}]"));
            }
            "start" if self.streaming => lines.push("I2S Rx currently in progress. Ignoring request".to_owned()),
            "start" => {
                self.streaming = true;
                self.trail.pulses.push(at);
                lines.push("Listening for I2S data ...".to_owned());
                lines.push("DMA receive initiated.".to_owned());
            }
            "stop" if self.streaming => {
                self.streaming = false;
                self.trail.pulses.push(at);
                lines.push("Streaming stopped.".to_owned());
                lines.push("target activations: ".to_owned());
                lines.push("[-128, -128]".to_owned());
            }
            "stop" => lines.push("I2S is already idle.  Ignoring stop request".to_owned()),
            "timestamp" => self.trail.pulses.push(at),
            "state" | "log" | "help" | "db" | "proc_hi" | "proc_lo" => {}
            other => lines.push(format!("Unrecognized command {other}")),
        }
        lines.push("m-ready".to_owned());
        let mut now = at;
        lines
            .into_iter()
            .map(|line| {
                let bytes = format!("{line}\r\n").into_bytes();
                now += transmission(bytes.len(), self.profile.link.baud);
                Timed { at: now, bytes }
            })
            .collect()
    }

    /// Hears a recording that starts to play at a time: when the detection pin pulses and the processing pin rises and
    /// falls, all relative to `at`. Nothing without `start`.
    pub fn hear(&mut self, at: Micros, truth: &WakewordTruth) -> Heard {
        if !self.streaming {
            return Heard::default();
        }
        let processing = micros(self.seconds);
        let frames = micros(truth.length_s) / FRAME;
        let start = 3_000;
        let rises = (0..frames).map(|frame| at + start + frame * FRAME);
        self.trail.spans.extend(rises.map(|rise| (rise, rise + processing, Activity::Infer)));
        let edges = (0..100).map(|frame| start + frame * FRAME).map(|rise| (rise, rise + processing)).collect();
        Heard { detections: self.detections(truth), edges }
    }

    fn detections(&self, truth: &WakewordTruth) -> Vec<Micros> {
        let (misses, alarms) = match self.profile.quality.get("sww") {
            Some(Quality::Wakeword { misses, false_alarms }) => (*misses, *false_alarms),
            _ => (0, 0),
        };
        let mut random = Random::new(self.profile.seed ^ 0x57_57);
        let mut order: Vec<usize> = (0..truth.words.len()).collect();
        random.shuffle(&mut order);
        // The mark of the first frame, to which all others are relative.
        let first = 85_000;
        let mut pulses = vec![first];
        for word in order.into_iter().skip(misses) {
            let (begin, end) = truth.words[word];
            pulses.extend(burst(first + micros(begin + 0.6 * (end - begin)), &mut random));
        }
        let mut placed = 0;
        let mut time = 20.0;
        while placed < alarms && time < truth.length_s - 5.0 {
            // Clear of every word by more than any tolerance, and of other alarms.
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

/// What a device made of a recording, relative to its start.
#[derive(Debug, Default)]
pub struct Heard {
    /// Pulses of the detection pin.
    pub detections: Vec<Micros>,
    /// Rises and falls of the processing pin; the board keeps a hundred.
    pub edges: Vec<(Micros, Micros)>,
}

/// A word stays in view for several frames, one pulse each.
fn burst(start: Micros, random: &mut Random) -> Vec<Micros> {
    let frames = 5 + random.below(12) as u64;
    (0..frames).map(|frame| start + frame * FRAME).collect()
}

fn micros(seconds: f64) -> Micros {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
    let micros = (seconds * SECOND as f64).round() as u64;
    micros
}
