//! `tinyaudit simulate`

use std::cell::Cell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::run::{ModeName, place, profile_named, refuse_other_model};
use super::streams::print_info;
use crate::testbench::device::place::Place;
use crate::testbench::device::served::serve;
use crate::testbench::device::{Micros, SECOND};
use crate::testbench::simulator::board::BoardKind;
use crate::testbench::simulator::{Bench, Port, Wiring};

const EXAMPLES: &str = "\
Examples:
  tinyaudit simulate --profile fpga --benchmark ic --device /tmp/dut
  tinyaudit simulate --profile fpga --benchmark ic --device tcp:127.0.0.1:5000
  tinyaudit simulate --profile fpga --benchmark ic --mode energy --board /tmp/io --monitor /tmp/emon --speed 10";

/// Arguments of `tinyaudit simulate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Simulate {
    /// Simulated device: a built-in profile or a file
    #[arg(long, value_name = "PROFILE")]
    profile: String,
    /// Benchmark, by its short name, for example ic
    #[arg(long, value_name = "NAME")]
    benchmark: String,
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

impl Simulate {
    /// Serves the ports until interrupted.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            anyhow::bail!("--speed is {}; a positive number is required", self.speed);
        }
        let profile = Arc::new(profile_named(&self.profile, self.model.as_deref())?);
        refuse_other_model(&profile, &self.benchmark)?;
        if matches!(self.mode, ModeName::Energy) && self.monitor.is_none() {
            anyhow::bail!("energy mode requires --monitor, because the energy monitor powers the device");
        }
        let energy = self.mode.mode() == crate::round::Mode::Energy;
        let kind = if self.io_manager { BoardKind::IoManager } else { BoardKind::Interface };
        let wiring = Wiring { energy, board: self.board.as_ref().map(|_| kind) };
        let mut bench = Bench::from_profile(&profile, &self.benchmark, wiring)?;
        let interrupted = interrupted()?;
        let (sender, received) = mpsc::channel();
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
        let baud = bench.baud(Port::Dut);
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
        while !interrupted.load(Ordering::Relaxed) {
            let turn = Instant::now();
            for (port, bytes) in first.into_iter().chain(received.try_iter()) {
                let bytes: Vec<u8> = bytes?;
                let Some((_, served)) = ports.iter_mut().find(|(one, _)| *one == port) else { continue };
                let other_speed = |set: u32| u64::from(set) != baud;
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

/// Returns a flag that a signal sets, so that the links are removed at the end. Only Unix has links to remove.
fn interrupted() -> std::io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, interrupted.clone())?;
    }
    Ok(interrupted)
}
