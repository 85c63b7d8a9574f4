//! `tinyaudit simulate`

use std::cell::Cell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::run::{ModeName, place, profile_named, refuse_other_model};
use super::signals;
use super::streams::{print_info, read_text};
use crate::testbench::device::place::Place;
use crate::testbench::device::served::serve;
use crate::testbench::device::{Micros, SECOND};
use crate::testbench::recording::Playback;
use crate::testbench::simulator::board::BoardKind;
use crate::testbench::simulator::{Bench, Port, Timed, Wiring};

/// Most parts of the input, of at most 4 KiB each, that wait to be answered. A program that sends more has to wait.
const MOST_WAITING: usize = 16;
const EXAMPLES: &str = "\
Examples:
  tinyaudit simulate --profile fpga --benchmark ic --device /tmp/dut
  tinyaudit simulate --profile fpga --benchmark ic --device tcp:127.0.0.1:5000
  tinyaudit simulate --profile fpga --benchmark ic --mode energy --board /tmp/io --monitor /tmp/emon --speed 10
  tinyaudit simulate --recording fault.txt --device /tmp/dut";

/// Arguments of `tinyaudit simulate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Simulate {
    /// Simulated device: a built-in profile or a file
    #[arg(long, value_name = "PROFILE", required_unless_present = "recording")]
    profile: Option<String>,
    /// Benchmark, by its short name, for example ic
    #[arg(long, value_name = "NAME", required_unless_present = "recording")]
    benchmark: Option<String>,
    /// Answer as a recording of `run --record` says, instead of simulating a device
    ///
    /// Every command is answered as it was, and after the same time. One that the recording does not have is named and not
    /// answered.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "benchmark", "model", "io_manager", "strict_baud"])]
    recording: Option<PathBuf>,
    /// TFLite model that the device runs on the inputs that it receives
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Mode that the firmware is built for
    #[arg(long, value_enum, default_value = "performance")]
    mode: ModeName,
    /// Port of the device: path of a link to create, or `tcp:127.0.0.1:PORT`
    ///
    /// The link is symbolic and leads to a pseudo-terminal. PORT 0 takes a free port.
    #[arg(long, value_name = "LINK", value_parser = place(), required_unless_present = "board")]
    device: Option<Place>,
    /// Port of the interface board, like --device
    #[arg(long, value_name = "LINK", value_parser = place())]
    board: Option<Place>,
    /// Port of the energy monitor, like --device
    #[arg(long, value_name = "LINK", value_parser = place())]
    monitor: Option<Place>,
    /// Simulate the EEMBC runner's IO manager instead of the interface board
    #[arg(long)]
    io_manager: bool,
    /// Speed relative to real time; 10 is ten times as fast
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Answer with garbage if a program does not use the device's baud rate
    #[arg(long)]
    strict_baud: bool,
}

/// Longest sleep; after it, interruptions are checked.
const NAP: Micros = 50_000;
/// Longest sleep while the energy monitor samples.
const SAMPLING_NAP: Micros = 10_000;
/// Maximum virtual time that other output waits until a program has read the monitor's lines; then the virtual clock stops.
const LONGEST_HOLD: Micros = 20_000;
/// If the bench is faster than real time, it stands still for this long after an event of the monitor: a program needs this much
/// to parse what it has read, and a device in real time is slower than that to report that it is done.
const SETTLING: Duration = Duration::from_millis(100);
/// Sleep while a program has not yet read what was written to it.
const SHORT_NAP: Micros = 500;

/// What answers at the ports.
enum Devices {
    Simulated(Box<Bench>),
    Recorded(Playback),
}

impl Devices {
    fn take(&mut self, port: Port, at: Micros, bytes: &[u8]) {
        match self {
            Self::Simulated(bench) => bench.take(port, at, bytes),
            Self::Recorded(playback) => {
                playback.take(port, at, bytes);
                for command in playback.unknown.drain(..) {
                    print_info(&format!("`{command}` is not in the recording, and is not answered"));
                }
            }
        }
    }

    fn drain(&mut self, port: Port, until: Micros) -> Vec<Timed> {
        match self {
            Self::Simulated(bench) => bench.drain(port, until),
            Self::Recorded(playback) => playback.drain(port, until),
        }
    }

    fn next_output(&self, port: Port) -> Option<Micros> {
        match self {
            Self::Simulated(bench) => bench.next_output(port),
            Self::Recorded(playback) => playback.next_output(port),
        }
    }

    /// The baud rate of the device; `None` if it does not matter.
    fn baud(&self) -> Option<u64> {
        match self {
            Self::Simulated(bench) => Some(bench.baud(Port::Dut)),
            Self::Recorded(_) => None,
        }
    }
}

impl Simulate {
    fn devices(&self) -> anyhow::Result<Devices> {
        if let Some(path) = &self.recording {
            let recording = Playback::parse(&read_text(path)?);
            return Ok(Devices::Recorded(recording.map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?));
        }
        let (profile, benchmark) = (self.profile.as_deref().unwrap_or_default(), self.benchmark.as_deref());
        let benchmark = benchmark.unwrap_or_default();
        let profile = Arc::new(profile_named(profile, self.model.as_deref())?);
        refuse_other_model(&profile, benchmark)?;
        if matches!(self.mode, ModeName::Energy) && self.monitor.is_none() {
            anyhow::bail!("energy mode requires --monitor, because the energy monitor powers the device");
        }
        let energy = self.mode.mode() == crate::round::Mode::Energy;
        let kind = if self.io_manager { BoardKind::IoManager } else { BoardKind::Interface };
        let wiring = Wiring { energy, board: self.board.as_ref().map(|_| kind) };
        Ok(Devices::Simulated(Box::new(Bench::from_profile(&profile, benchmark, wiring)?)))
    }

    /// Serves the ports until interrupted.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            anyhow::bail!("--speed is {}; a positive number is required", self.speed);
        }
        let mut bench = self.devices()?;
        let ended = signals::ended()?;
        let (sender, received) = mpsc::sync_channel(MOST_WAITING);
        let mut ports = Vec::new();
        for (port, place) in [(Port::Monitor, &self.monitor), (Port::Board, &self.board), (Port::Dut, &self.device)] {
            if let Some(place) = place {
                let sender = sender.clone();
                // Sending fails only when the command ends and nobody receives any more.
                let on_bytes = Box::new(move |bytes| drop(sender.send((port, bytes))));
                let served = serve(place, on_bytes).with_context(|| format!("{place} cannot be opened"))?;
                ports.push((port, served));
            }
        }
        let baud = bench.baud();
        let since = Instant::now();
        // How long the virtual clock was stopped, so that a program that reads the monitor slowly loses nothing.
        let stopped = Cell::new(Duration::ZERO);
        let now = || {
            let passed = since.elapsed().saturating_sub(stopped.get());
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
            let virtual_now = (passed.as_secs_f64() * self.speed * SECOND as f64) as Micros;
            virtual_now
        };
        let names: Vec<String> = ports.iter().rev().map(|(_, served)| served.name()).collect();
        print_info(&format!("ready: {}", names.join(", ")));
        // Since when other output waits until the monitor's lines are read.
        let mut held: Option<Instant> = None;
        // When the program had read all lines until the last event.
        let mut settling: Option<Instant> = None;
        let mut first = None;
        while !ended.load(Ordering::Relaxed) {
            let turn = Instant::now();
            // Replies are sent in between, however much comes in.
            for (port, bytes) in first.into_iter().chain(received.try_iter().take(MOST_WAITING)) {
                let bytes: Vec<u8> = bytes?;
                let Some((_, served)) = ports.iter_mut().find(|(one, _)| *one == port) else { continue };
                let other_speed = |set: u32| baud.is_some_and(|baud| u64::from(set) != baud);
                if self.strict_baud && port == Port::Dut && served.baud()?.is_some_and(other_speed) {
                    served.write(vec![0xFE; bytes.len()])?;
                } else {
                    bench.take(port, now(), &bytes);
                }
            }
            let mut behind = false;
            for (port, served) in &mut ports {
                // The monitor's samples are delivered before the device reports that it is done.
                if !behind {
                    for timed in bench.drain(*port, now()) {
                        if *port == Port::Monitor
                            && self.speed > 1.0
                            && memchr::memmem::find(&timed.bytes, b"event ").is_some()
                        {
                            settling = Some(Instant::now());
                        }
                        served.write(timed.bytes)?;
                    }
                }
                served.flush()?;
                if *port == Port::Monitor {
                    behind = served.is_behind()?;
                    if behind && settling.is_some() {
                        settling = Some(Instant::now());
                    }
                    settling = settling.filter(|since| since.elapsed() < SETTLING);
                    behind |= settling.is_some();
                }
            }
            if behind {
                held.get_or_insert_with(Instant::now);
            } else {
                held = None;
            }
            let next = ports.iter().filter_map(|(port, _)| bench.next_output(*port)).min();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
            let until = next.map_or(NAP, |at| (at.saturating_sub(now()) as f64 / self.speed) as Micros);
            let longest = if behind {
                SHORT_NAP
            } else if self.monitor.is_some() {
                SAMPLING_NAP
            } else {
                NAP
            };
            let nap = until.clamp(if behind { SHORT_NAP } else { 0 }, longest);
            first = received.recv_timeout(Duration::from_micros(nap)).ok();
            let longest_hold = Duration::from_secs_f64(LONGEST_HOLD as f64 / SECOND as f64 / self.speed);
            if settling.is_some() || held.is_some_and(|since| since.elapsed() > longest_hold) {
                stopped.set(stopped.get() + turn.elapsed());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
