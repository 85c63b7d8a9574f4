//! Simulated bench on one virtual clock: device under test, interface board or IO manager, and energy monitor. Nothing
//! sleeps; every reply carries the time at which it would arrive.
//!
//! The devices are pure state machines: input is bytes and a time, output is timed bytes. They compute ahead, so
//! simulating a window of ten seconds takes no time.
//!
//! Some behaviour of the real devices is not known and was made up:
//! - monitor: output of `volt get`, `pwr get` and `version`, and error texts
//! - wake word device: texts of `help`, `state`, `log`, `i2scap` and `db getptr`, errors of `db`, and how many
//!   activations it keeps
//! - interface board: what it does with bytes at another baud rate
//! - firmware: what it does after an empty command on a microcontroller (here it crashes, as on Linux), and with bytes
//!   beyond its buffer (here they are lost)
//!
//! Source: the protocols of the reference firmware and both runners, mlcommons/tiny and eembc/energyrunner.

pub mod answers;
pub mod board;
pub(crate) mod dut;
pub(crate) mod monitor;
pub mod profile;
pub mod random;
pub(crate) mod wakeword;

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

/// Bytes, with the time at which the last of them arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Time of arrival.
    pub at: Micros,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Activity of a device with constant power, other than waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Receiving an input.
    Load,
    /// Inferring.
    Infer,
}

/// Reply under construction: lines, with the time at which each has been sent.
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

/// Record of what a device did, for the energy monitor.
#[derive(Debug, Default)]
pub struct ActivityLog {
    /// Start, end and kind of every activity except idling, in order.
    pub spans: Vec<(Micros, Micros, Activity)>,
    /// Times at which the time-stamp pin fell.
    pub pulses: Vec<Micros>,
    /// Time of the last power-off; `None` while the device is powered.
    pub off_since: Option<Micros>,
}

/// Returns how long bytes take on the wire, at ten bits per byte.
#[must_use]
pub(crate) fn transmission(bytes: usize, baud: u64) -> Micros {
    bytes as u64 * 10 * 1_000_000 / baud.max(1)
}

/// Device under test, of either kind.
pub enum Target {
    /// Device for the benchmarks with input files.
    Files(Box<Dut>),
    /// Device for the streaming wake word.
    Wakeword(WakewordDut),
}

impl Target {
    /// Takes bytes that arrive at a time; returns timed lines.
    pub(crate) fn take(&mut self, at: Micros, bytes: &[u8]) -> Vec<Timed> {
        match self {
            Self::Files(dut) => dut.take(at, bytes),
            Self::Wakeword(dut) => dut.take(at, bytes),
        }
    }

    /// Returns the record of what the device did so far.
    #[must_use]
    pub const fn activity(&self) -> &ActivityLog {
        match self {
            Self::Files(dut) => &dut.activity,
            Self::Wakeword(dut) => &dut.activity,
        }
    }

    /// Returns the baud rate of its serial port.
    #[must_use]
    pub(crate) const fn baud(&self) -> u64 {
        match self {
            Self::Files(dut) => dut.baud,
            Self::Wakeword(dut) => dut.baud,
        }
    }

    /// Powers the device on, so that it boots, or off, so that it loses its memory. Returns the banner.
    fn power(&mut self, at: Micros, on: bool) -> Vec<Timed> {
        match self {
            Self::Files(dut) => dut.power(at, on),
            Self::Wakeword(dut) => dut.power(at, on),
        }
    }
}

/// Port of a bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Directly to the device under test.
    Dut,
    /// The interface board or IO manager.
    Board,
    /// The energy monitor.
    Monitor,
}

/// Bench: devices that are wired together.
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
    /// Output that was not read yet, in order of time.
    queue: VecDeque<Timed>,
}

impl Bench {
    /// Creates a bench of these devices.
    #[must_use]
    pub(crate) fn new(target: Target, board: Option<Board>, monitor: Option<Monitor>) -> Self {
        Self { target, board, monitor, now: 0, ports: [Buffer::default(), Buffer::default(), Buffer::default()] }
    }

    /// Creates the bench of a profile for a benchmark. If energy is measured, the monitor powers the device, which is
    /// off until the monitor receives the command to power it on.
    ///
    /// # Errors
    /// When the profile does not have the benchmark, or has no power figures and energy is measured.
    pub fn from_profile(profile: &Arc<Profile>, benchmark: &str, wiring: Wiring) -> Result<Self, ProfileError> {
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

    /// Takes bytes that arrive at a port.
    pub fn take(&mut self, port: Port, at: Micros, bytes: &[u8]) {
        self.now = self.now.max(at);
        let out = match port {
            Port::Dut => self.target.take(at, bytes),
            Port::Board => match &mut self.board {
                Some(board) => board.take(at, bytes, &mut self.target),
                None => Vec::new(),
            },
            Port::Monitor => match &mut self.monitor {
                Some(monitor) => monitor.take(at, bytes, self.target.activity()),
                None => Vec::new(),
            },
        };
        self.ports[port as usize].queue.extend(out);
        self.feed(at);
    }

    /// Powers the device on or off as the monitor demands, and sends its banner to the port that it is connected to.
    fn feed(&mut self, at: Micros) {
        let Some(monitor) = &self.monitor else { return };
        if monitor.powers_device() == self.target.activity().off_since.is_none() {
            return;
        }
        let banner = self.target.power(at, monitor.powers_device());
        let (port, lines) = match &mut self.board {
            Some(board) => (Port::Board, board.relay_unsolicited(&banner, self.target.baud())),
            None => (Port::Dut, banner),
        };
        self.ports[port as usize].queue.extend(lines);
    }

    /// Returns the baud rate of a port.
    #[must_use]
    pub(crate) fn baud(&self, port: Port) -> u64 {
        match port {
            Port::Dut => self.target.baud(),
            Port::Board => self.board.as_ref().map_or(0, |board| board.baud),
            Port::Monitor => monitor::BAUD,
        }
    }

    /// Removes and returns the output of a port until a time, in order.
    pub fn drain(&mut self, port: Port, until: Micros) -> Vec<Timed> {
        self.now = self.now.max(until);
        if port == Port::Monitor
            && let Some(monitor) = &mut self.monitor
        {
            let samples = monitor.run(until, self.target.activity());
            self.ports[port as usize].queue.extend(samples);
        }
        let queue = &mut self.ports[port as usize].queue;
        let ready = queue.iter().take_while(|timed| timed.at <= until).count();
        queue.drain(..ready).collect()
    }

    /// Returns the time of the next output of a port, as far as it is known.
    #[must_use]
    pub(crate) fn next_output(&self, port: Port) -> Option<Micros> {
        self.ports[port as usize].queue.front().map(|timed| timed.at)
    }
}

/// Wiring of a bench.
#[derive(Debug, Clone, Copy)]
pub struct Wiring {
    /// Whether energy is measured: with an energy build of the firmware and an energy monitor.
    pub energy: bool,
    /// The board between host and device.
    pub board: Option<board::BoardKind>,
}

/// Port of a bench as a [`Device`] on the bench's virtual clock.
pub(crate) struct VirtualDevice {
    bench: Rc<RefCell<Bench>>,
    port: Port,
    lines: LineReader,
    ready: VecDeque<Received>,
}

impl VirtualDevice {
    /// Opens a port of a bench.
    #[must_use]
    pub(crate) fn open(bench: &Rc<RefCell<Bench>>, port: Port) -> Self {
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
        /// The monitor samples all the time, but its lines are computed only on request, at this interval.
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
