//! What stands between host and device: the MLCommons interface board, or the EEMBC IO manager.

use super::wakeword::Heard;
use super::{Target, Timed, transmission};
use crate::bench::device::{Micros, SECOND};
use crate::round::wakeword_truth;

/// Which board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKind {
    /// The interface board of the MLCommons runner.
    Interface,
    /// The Arduino IO manager of the EEMBC runner.
    IoManager,
}

/// A board.
pub struct Board {
    kind: BoardKind,
    baud: u64,
    command: Vec<u8>,
    busy_until: Micros,
    heard: Heard,
    recording_since: Micros,
    playing_at: Micros,
}

/// Most detections the interface board keeps.
const MOST_DETECTIONS: usize = 10_000;
/// Ticks of the duty cycle lists: 10 µs.
const TICK: Micros = 10;

struct Reply {
    now: Micros,
    baud: u64,
    lines: Vec<Timed>,
}

impl Reply {
    fn raw(&mut self, text: &str) {
        self.now += transmission(text.len(), self.baud);
        self.lines.push(Timed { at: self.now, bytes: text.as_bytes().to_vec() });
    }

    fn say(&mut self, text: &str) {
        self.raw(&format!("{text}\r\n"));
    }
}

impl Board {
    /// A board of some kind.
    #[must_use]
    pub fn new(kind: BoardKind, baud: u64) -> Self {
        Self {
            kind,
            baud,
            command: Vec::new(),
            busy_until: 0,
            heard: Heard::default(),
            recording_since: 0,
            playing_at: 0,
        }
    }

    /// Takes bytes that arrive at a time; passes on to the device what is meant for it.
    pub fn take(&mut self, at: Micros, bytes: &[u8], target: &mut Target) -> Vec<Timed> {
        let mut out = Vec::new();
        let mut arrived = at;
        for byte in bytes {
            arrived += transmission(1, self.baud);
            if *byte == b'%' {
                let command = String::from_utf8_lossy(&std::mem::take(&mut self.command)).into_owned();
                let mut reply = Reply { now: arrived.max(self.busy_until), baud: self.baud, lines: Vec::new() };
                match self.kind {
                    BoardKind::Interface => self.interface(command.trim_start(), target, &mut reply),
                    BoardKind::IoManager => Self::io_manager(command.trim_start(), target, &mut reply),
                }
                self.busy_until = reply.now;
                out.extend(reply.lines);
            } else {
                self.command.push(*byte);
            }
        }
        out
    }

    /// The board answers at once, then relays the device's lines until its `m-ready`.
    fn pass_through(command: &str, target: &mut Target, reply: &mut Reply) {
        reply.say(&format!("m-dut-passthrough({command})"));
        reply.say("m-ready");
        let lines = target.take(reply.now, format!("{command}%").as_bytes());
        for line in lines {
            reply.now = reply.now.max(line.at);
            let text = String::from_utf8_lossy(&line.bytes).into_owned();
            let text = text.strip_suffix("\r\n").unwrap_or(&text).to_owned();
            reply.say(&format!("[dut]: {text}"));
        }
    }

    fn interface(&mut self, command: &str, target: &mut Target, reply: &mut Reply) {
        const COMMANDS: [&str; 9] = [
            "dut",
            "name",
            "ls",
            "play",
            "setbaud",
            "checkbaud",
            "record_detections",
            "print_detections",
            "print_dutycycle",
        ];
        // The first entry that is a prefix decides; text glued to it gets no answer at all.
        let Some(found) = COMMANDS.into_iter().find(|entry| command.starts_with(entry)) else {
            reply.say("m-ready");
            return;
        };
        let rest = &command[found.len()..];
        if !rest.is_empty() && !rest.starts_with(' ') {
            return;
        }
        let rest = rest.trim_start();
        match found {
            "dut" => return Self::pass_through(rest, target, reply),
            "name" => reply.say("tinyML Enhanced Interface Board"),
            "ls" => reply.say("long_wav.wav"),
            "play" => self.play(rest, target, reply),
            "setbaud" => reply.raw(&format!("set baud to: {rest}\n")),
            "checkbaud" => reply.raw("baud is: 9600\n"),
            "record_detections" => {
                self.recording_since = reply.now;
                self.heard = Heard::default();
                reply.say("Now recording detections");
            }
            "print_detections" => self.print_detections(reply),
            _ => {
                self.print_duty_cycle(reply);
                return;
            }
        }
        reply.say("m-ready");
    }

    fn play(&mut self, file: &str, target: &mut Target, reply: &mut Reply) {
        reply.raw(&format!("Attempting to play {file}\n"));
        let known = wakeword_truth("sww01").filter(|truth| truth.wav == file);
        let (Some(truth), Target::Wakeword(device)) = (known, target) else {
            reply.raw("Error playing file. Check that the file exists and is a 2-channel wav file.\n");
            return;
        };
        self.playing_at = reply.now;
        self.heard = device.hear(reply.now, truth);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
        let length = (truth.length_s * SECOND as f64) as u64;
        reply.now += length;
        reply.raw("succeeded.\n");
    }

    fn offset(&self) -> Micros {
        self.playing_at.saturating_sub(self.recording_since)
    }

    fn print_detections(&self, reply: &mut Reply) {
        reply.say("Detection Timestamps (ms)");
        for at in self.heard.detections.iter().take(MOST_DETECTIONS) {
            reply.say(&format!("{},", (at + self.offset()) / 1000));
        }
    }

    /// Eight values a line; `m-ready` is glued to the last line where that is not full.
    fn print_duty_cycle(&self, reply: &mut Reply) {
        let ticks = |pick: fn(&(Micros, Micros)) -> Micros| -> Vec<String> {
            self.heard.edges.iter().map(|edge| format!("{}, ", (pick(edge) + self.offset()) / TICK)).collect()
        };
        reply.say("Duty cycle start times (s)");
        for line in ticks(|edge| edge.0).chunks(8) {
            reply.say(&line.concat());
        }
        reply.say("Duty cycle stop times (s)");
        let stops = ticks(|edge| edge.1);
        let (full, rest) = stops.as_chunks::<8>();
        for line in full {
            reply.say(&line.concat());
        }
        reply.say(&format!("{}m-ready", rest.concat()));
    }

    fn io_manager(command: &str, target: &mut Target, reply: &mut Reply) {
        match command.split_once(' ').map_or((command, ""), |(first, rest)| (first, rest.trim_start())) {
            ("dut", rest) => return Self::pass_through(rest, target, reply),
            ("version", _) => reply.say("m-version-[1.0.3]"),
            ("name", _) => reply.say("m-name-[EEMBC IO Manager]"),
            ("tm", _) => {
                reply.say("m-timestmp-mode-FALLING");
                reply.say("m-[Timer disabled after mode change]");
            }
            ("enable-timer", _) => reply.say("m-timer-enabled"),
            ("disable-timer", _) => reply.say("m-timer-disabled"),
            (other, _) => reply.say(&format!("e-[Unknown command: {other}]")),
        }
        reply.say("m-ready");
    }
}
