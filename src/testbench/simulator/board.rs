//! Simulated board between host and device: the MLCommons interface board, or the EEMBC IO manager.

use super::wakeword::Heard;
use super::{Reply, Target, Timed, transmission};
use crate::round::wakeword_truth;
use crate::testbench::device::{LONGEST_COMMAND, Micros, SECOND};

/// Kind of board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKind {
    /// The interface board of the MLCommons runner.
    Interface,
    /// The Arduino IO manager of the EEMBC runner.
    IoManager,
}

/// Simulated board.
pub struct Board {
    kind: BoardKind,
    pub(super) baud: u64,
    /// Baud rate of its port to the device.
    device_baud: u64,
    /// Whether it waits, without a time-out, until the device ends a reply.
    waiting: bool,
    command: Vec<u8>,
    busy_until: Micros,
    heard: Heard,
    recording_since: Micros,
    playing_at: Micros,
}

/// Most detections the interface board keeps.
const MOST_DETECTIONS: usize = 10_000;
/// Default baud rate of the port to the device.
const DEVICE_BAUD: u64 = 9600;
/// Highest baud rate of the port to the device.
const FASTEST_DEVICE: u64 = 2_000_000;
/// A byte that was sent at another baud rate.
const GARBLED: u8 = 0xFE;
/// Unit of the duty cycle lists: 10 µs.
const TICK: Micros = 10;

impl Board {
    /// Creates a board.
    #[must_use]
    pub(crate) fn new(kind: BoardKind, baud: u64) -> Self {
        Self {
            kind,
            baud,
            device_baud: DEVICE_BAUD,
            waiting: false,
            command: Vec::new(),
            busy_until: 0,
            heard: Heard::default(),
            recording_since: 0,
            playing_at: 0,
        }
    }

    /// Takes bytes that arrive at a time; returns timed lines. Passes commands for the device on to it.
    pub(crate) fn take(&mut self, at: Micros, bytes: &[u8], target: &mut Target) -> Vec<Timed> {
        let mut out = Vec::new();
        let mut arrived = at;
        for byte in bytes {
            arrived += transmission(1, self.baud);
            if *byte == b'%' {
                let command = String::from_utf8_lossy(&std::mem::take(&mut self.command)).into_owned();
                if self.waiting {
                    continue;
                }
                let mut reply = Reply::new(arrived.max(self.busy_until), self.baud);
                match self.kind {
                    BoardKind::Interface => self.interface(command.trim_start(), target, &mut reply),
                    BoardKind::IoManager => self.io_manager(command.trim_start(), target, &mut reply),
                }
                self.busy_until = reply.now;
                out.extend(reply.lines);
            } else if self.command.len() < LONGEST_COMMAND {
                self.command.push(*byte);
            }
        }
        out
    }

    /// Passes a command to the device. The board replies at once, then relays the device's lines until `m-ready`. The
    /// interface board waits for `m-ready` without a time-out.
    fn pass_through(&mut self, command: &str, target: &mut Target, reply: &mut Reply) {
        reply.say(&format!("m-dut-passthrough({command})"));
        reply.say("m-ready");
        let mut bytes = format!("{command}%").into_bytes();
        if self.device_baud != target.baud() {
            bytes.fill(GARBLED);
        }
        self.waiting = self.kind == BoardKind::Interface;
        let lines = target.take(reply.now, &bytes);
        self.relay(&lines, target.baud(), reply);
    }

    /// Takes lines that the device sends without a command. The IO manager relays them; the interface board relays them
    /// only while it waits for a reply.
    pub(crate) fn relay_unsolicited(&mut self, lines: &[Timed], device_baud: u64) -> Vec<Timed> {
        let mut reply = Reply::new(self.busy_until, self.baud);
        if self.kind == BoardKind::IoManager || self.waiting {
            self.relay(lines, device_baud, &mut reply);
            self.busy_until = reply.now;
        }
        reply.lines
    }

    fn relay(&mut self, lines: &[Timed], device_baud: u64, reply: &mut Reply) {
        // A line ends with CR and LF; a bare line feed is part of the line. At another baud rate no line is recognised.
        let mut text = String::new();
        for line in lines.iter().filter(|_| self.device_baud == device_baud) {
            reply.now = reply.now.max(line.at);
            text.push_str(&String::from_utf8_lossy(&line.bytes));
            if text.ends_with("\r\n") {
                text.truncate(text.len() - 2);
                self.waiting &= text != "m-ready";
                reply.say(&format!("[dut]: {text}"));
                text.clear();
            }
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
        // The first entry that is a prefix of the command is taken. If text follows it without a space, there is no
        // reply.
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
            "dut" => return self.pass_through(rest, target, reply),
            "name" => reply.say("tinyML Enhanced Interface Board"),
            "ls" => reply.say("long_wav.wav"),
            "play" => self.play(rest, target, reply),
            "setbaud" => {
                let wanted = rest.parse().ok().filter(|baud| (1..=FASTEST_DEVICE).contains(baud));
                self.device_baud = wanted.unwrap_or(DEVICE_BAUD);
                reply.raw(format!("set baud to: {rest}\n").into_bytes());
                // The board restarts to use the new baud rate.
                self.heard = Heard::default();
            }
            "checkbaud" => reply.raw(format!("baud is: {}\n", self.device_baud).into_bytes()),
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
        reply.raw(format!("Attempting to play {file}\n").into_bytes());
        let known = wakeword_truth("sww01").filter(|truth| truth.wav == file);
        let (Some(truth), Target::Wakeword(device)) = (known, target) else {
            reply.raw(b"Error playing file. Check that the file exists and is a 2-channel wav file.\n".to_vec());
            return;
        };
        self.playing_at = reply.now;
        self.heard = device.hear(reply.now, truth);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
        let length = (truth.length_s * SECOND as f64) as u64;
        reply.now += length;
        reply.raw(b"succeeded.\n".to_vec());
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

    /// Prints eight values per line. `m-ready` follows on the same line as the last values if that line is not full.
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

    fn io_manager(&mut self, command: &str, target: &mut Target, reply: &mut Reply) {
        match command.split_once(' ').map_or((command, ""), |(first, rest)| (first, rest.trim_start())) {
            ("dut", rest) => return self.pass_through(rest, target, reply),
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
