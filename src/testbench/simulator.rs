//! A bench of simulated devices on one virtual clock: device under test, interface board or IO manager, energy
//! monitor. Nothing sleeps; every reply carries the time at which it would arrive.
//!
//! The devices are pure state machines: bytes and a time go in, timed bytes come out. They compute ahead, so a ten
//! second window costs no time to simulate.
//!
//! What could not be known of the real devices, and is therefore of our making: what the monitor prints after `volt get`,
//! `pwr get` and `version`, and its words on bad commands; the texts of `help`, `state`, `log`, `i2scap`, `db getptr` and the
//! errors of `db` of the wake-word device, and how many activations it keeps; what the interface board does with bytes of
//! another speed; what the firmware does after an empty command on a microcontroller (here it is down, as on Linux) and
//! with bytes beyond its buffer (here they are lost).
//!
//! Source: the dialogues of the reference firmware and both runners, mlcommons/tiny and eembc/energyrunner.

pub mod answers;
pub mod board;
pub mod dut;
pub mod monitor;
pub mod profile;
pub mod random;
pub mod wakeword;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::testbench::device::{Device, LineReader, LinkError, Micros, Received};
use board::Board;
use dut::Dut;
use monitor::Monitor;
pub use profile::{Profile, ProfileError};
use wakeword::WakewordDut;

/// Bytes with the time at which the last of them arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// When.
    pub at: Micros,
    /// What.
    pub bytes: Vec<u8>,
}

/// Part of a device's time with a steady power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Waiting.
    Idle,
    /// Receiving an input.
    Load,
    /// Inferring.
    Infer,
}

/// Output of a device in the making: lines with the time at which they are on the wire.
struct Reply {
    now: Micros,
    baud: u64,
    lines: Vec<Timed>,
}

impl Reply {
    const fn new(now: Micros, baud: u64) -> Self {
        Self { now, baud, lines: Vec::new() }
    }

    fn say(&mut self, text: &str) {
        self.raw(format!("{text}\r\n").into_bytes());
    }

    fn raw(&mut self, bytes: Vec<u8>) {
        self.now += transmission(bytes.len(), self.baud);
        self.lines.push(Timed { at: self.now, bytes });
    }
}

/// What a device did, for the energy monitor.
#[derive(Debug, Default)]
pub struct Trail {
    /// Start, end and kind of every activity but idling, in order.
    pub spans: Vec<(Micros, Micros, Activity)>,
    /// When the time-stamp pin fell.
    pub pulses: Vec<Micros>,
    /// Since when it has had no power; `None` while it has.
    pub off_since: Option<Micros>,
}

/// How long bytes take on a wire: ten bits each.
#[must_use]
pub fn transmission(bytes: usize, baud: u64) -> Micros {
    bytes as u64 * 10 * 1_000_000 / baud.max(1)
}

/// Either kind of device under test.
pub enum Target {
    /// The four file benchmarks.
    Files(Box<Dut>),
    /// The streaming wake word.
    Wakeword(WakewordDut),
}

impl Target {
    /// Takes bytes at a time; answers with timed lines.
    pub fn take(&mut self, at: Micros, bytes: &[u8]) -> Vec<Timed> {
        match self {
            Self::Files(dut) => dut.take(at, bytes),
            Self::Wakeword(dut) => dut.take(at, bytes),
        }
    }

    /// What it did so far.
    #[must_use]
    pub const fn trail(&self) -> &Trail {
        match self {
            Self::Files(dut) => &dut.trail,
            Self::Wakeword(dut) => &dut.trail,
        }
    }

    /// Speed of its serial port.
    #[must_use]
    pub const fn baud(&self) -> u64 {
        match self {
            Self::Files(dut) => dut.baud,
            Self::Wakeword(dut) => dut.baud,
        }
    }

    /// Gives it power, so that it boots, or takes it away with all it had in memory; answers with the banner.
    fn power(&mut self, at: Micros, on: bool) -> Vec<Timed> {
        match self {
            Self::Files(dut) => dut.power(at, on),
            Self::Wakeword(dut) => dut.power(at, on),
        }
    }
}

/// Which port of a bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Straight to the device under test.
    Dut,
    /// The interface board or IO manager.
    Board,
    /// The energy monitor.
    Monitor,
}

/// A bench: devices wired together.
pub struct Bench {
    /// The device under test.
    pub target: Target,
    /// The board between host and device, if any.
    pub board: Option<Board>,
    /// The energy monitor, if any.
    pub monitor: Option<Monitor>,
    now: Micros,
    ports: [Buffer; 3],
}

#[derive(Default)]
struct Buffer {
    /// Output not yet read, in order of time.
    queue: VecDeque<Timed>,
}

impl Bench {
    /// Wires devices together.
    #[must_use]
    pub fn new(target: Target, board: Option<Board>, monitor: Option<Monitor>) -> Self {
        Self { target, board, monitor, now: 0, ports: [Buffer::default(), Buffer::default(), Buffer::default()] }
    }

    /// The bench a profile describes for a benchmark, in the wiring of a mode. In an energy wiring the monitor feeds
    /// the device, which has no power until it is told to give some.
    ///
    /// # Errors
    /// When the profile has no such benchmark, or no power figures for an energy wiring.
    pub fn of(profile: &Arc<Profile>, benchmark: &str, wiring: Wiring) -> Result<Self, ProfileError> {
        let mut target = if benchmark == "sww" {
            Target::Wakeword(WakewordDut::new(profile.clone())?)
        } else {
            Target::Files(Box::new(Dut::new(profile.clone(), benchmark, wiring.energy)?))
        };
        let board = wiring.board.map(|kind| Board::new(kind, profile.link.board_baud));
        let monitor = match (wiring.energy, profile.power) {
            (false, _) => None,
            (true, Some(power)) => Some(Monitor::new(profile.clone(), power)),
            (true, None) => return Err(ProfileError::NoPower { profile: profile.name.clone() }),
        };
        if monitor.is_some() {
            target.power(0, false);
        }
        Ok(Self::new(target, board, monitor))
    }

    /// Bytes arrive at a port.
    pub fn take(&mut self, port: Port, at: Micros, bytes: &[u8]) {
        self.now = self.now.max(at);
        let out = match port {
            Port::Dut => self.target.take(at, bytes),
            Port::Board => match &mut self.board {
                Some(board) => board.take(at, bytes, &mut self.target),
                None => Vec::new(),
            },
            Port::Monitor => match &mut self.monitor {
                Some(monitor) => monitor.take(at, bytes, self.target.trail()),
                None => Vec::new(),
            },
        };
        self.ports[port as usize].queue.extend(out);
        self.feed(at);
    }

    /// Switches the device as the monitor feeds it, and sends what it says when it boots to whoever listens.
    fn feed(&mut self, at: Micros) {
        let Some(monitor) = &self.monitor else { return };
        if monitor.feeds() == self.target.trail().off_since.is_none() {
            return;
        }
        let banner = self.target.power(at, monitor.feeds());
        let (port, lines) = match &mut self.board {
            Some(board) => (Port::Board, board.overhear(&banner, self.target.baud())),
            None => (Port::Dut, banner),
        };
        self.ports[port as usize].queue.extend(lines);
    }

    /// Speed of a port in baud.
    #[must_use]
    pub fn baud(&self, port: Port) -> u64 {
        match port {
            Port::Dut => self.target.baud(),
            Port::Board => self.board.as_ref().map_or(0, |board| board.baud),
            Port::Monitor => monitor::BAUD,
        }
    }

    /// What a port has put out until a time, in order.
    pub fn drain(&mut self, port: Port, until: Micros) -> Vec<Timed> {
        self.now = self.now.max(until);
        if port == Port::Monitor
            && let Some(monitor) = &mut self.monitor
        {
            let samples = monitor.run(until, self.target.trail());
            self.ports[port as usize].queue.extend(samples);
        }
        let queue = &mut self.ports[port as usize].queue;
        let ready = queue.iter().take_while(|timed| timed.at <= until).count();
        queue.drain(..ready).collect()
    }

    /// When a port puts out its next bytes, as far as is known.
    #[must_use]
    pub fn next_output(&self, port: Port) -> Option<Micros> {
        self.ports[port as usize].queue.front().map(|timed| timed.at)
    }
}

/// How a bench is wired.
#[derive(Debug, Clone, Copy)]
pub struct Wiring {
    /// Whether the device is an energy build and an energy monitor is there.
    pub energy: bool,
    /// The board between host and device.
    pub board: Option<board::BoardKind>,
}

/// A port of a bench as a [`Device`] on the bench's virtual clock.
pub struct VirtualDevice {
    bench: Rc<RefCell<Bench>>,
    port: Port,
    lines: LineReader,
    ready: VecDeque<Received>,
}

impl VirtualDevice {
    /// Opens a port of a bench.
    #[must_use]
    pub fn open(bench: &Rc<RefCell<Bench>>, port: Port) -> Self {
        Self { bench: bench.clone(), port, lines: LineReader::default(), ready: VecDeque::new() }
    }

    fn pull(&mut self, until: Micros) {
        let drained = self.bench.borrow_mut().drain(self.port, until);
        for timed in drained {
            for byte in timed.bytes {
                self.ready.extend(self.lines.take(byte, timed.at));
            }
        }
    }
}

impl Device for VirtualDevice {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        let now = self.now();
        self.bench.borrow_mut().take(self.port, now, bytes);
        Ok(())
    }

    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError> {
        /// The monitor samples all the time; its lines come to be when somebody looks.
        const LOOK: Micros = 1000;
        let deadline = self.now().saturating_add(within);
        loop {
            if let Some(line) = self.ready.pop_front_if(|line| line.at <= deadline) {
                let mut bench = self.bench.borrow_mut();
                bench.now = bench.now.max(line.at);
                return Ok(Some(line));
            }
            let (now, next) = (self.now(), self.bench.borrow().next_output(self.port));
            let look = if self.port == Port::Monitor { now.saturating_add(LOOK) } else { deadline };
            let until = next.unwrap_or(look).max(now).min(deadline);
            let before = self.ready.len();
            self.pull(until);
            if until == deadline && self.ready.len() == before {
                return Ok(None);
            }
        }
    }

    fn now(&self) -> Micros {
        self.bench.borrow().now
    }

    fn name(&self) -> String {
        match self.port {
            Port::Dut => "simulated-device".to_owned(),
            Port::Board => "simulated-board".to_owned(),
            Port::Monitor => "simulated-monitor".to_owned(),
        }
    }

    fn baud(&self) -> u32 {
        u32::try_from(self.bench.borrow().baud(self.port)).unwrap_or(u32::MAX)
    }
}
