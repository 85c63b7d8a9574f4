//! `tinyaudit simulate`

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::run::{ModeName, place, profile_named};
use super::streams::remark;
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

/// Put a simulated bench on pseudo-terminals or TCP, so that other programs find a device, a board and an energy monitor.
/// Ends when interrupted.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Simulate {
    /// The device: a built-in profile or a file
    #[arg(long, value_name = "PROFILE")]
    profile: String,
    /// The benchmark its firmware runs
    #[arg(long, value_name = "NAME")]
    benchmark: String,
    /// What the firmware is built for
    #[arg(long, value_enum, default_value = "performance")]
    mode: ModeName,
    /// Symbolic link to make for the device's port, or `tcp:127.0.0.1:PORT` (0: one that is free)
    #[arg(long, value_name = "LINK", value_parser = place(), required_unless_present = "board")]
    device: Option<Place>,
    /// Symbolic link to make for the interface board's port, or `tcp:127.0.0.1:PORT`
    #[arg(long, value_name = "LINK", value_parser = place())]
    board: Option<Place>,
    /// Symbolic link to make for the energy monitor's port, or `tcp:127.0.0.1:PORT`
    #[arg(long, value_name = "LINK", value_parser = place())]
    monitor: Option<Place>,
    /// The board is the IO manager of the EEMBC runner
    #[arg(long)]
    io_manager: bool,
    /// How many times faster than real time
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Answer garbage to a program that has set another speed than the device's
    #[arg(long)]
    strict_baud: bool,
}

/// Longest sleep, after which interruptions are looked for.
const NAP: Micros = 50_000;
/// Longest sleep while the energy monitor samples.
const SAMPLING_NAP: Micros = 10_000;
/// How long a word of the device waits for a program that reads the monitor, before time itself waits.
const LONGEST_HOLD: Duration = Duration::from_millis(20);
/// Sleep while a program takes what was written to it.
const SHORT_NAP: Micros = 500;

impl Simulate {
    /// Serves the ports until interrupted.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            anyhow::bail!("--speed is {}, expected a positive number", self.speed);
        }
        let profile = Arc::new(profile_named(&self.profile)?);
        if matches!(self.mode, ModeName::Energy) && self.monitor.is_none() {
            anyhow::bail!("without --monitor the device has no power: the energy monitor feeds it in energy mode");
        }
        let energy = self.mode.mode() == crate::round::Mode::Energy;
        let kind = if self.io_manager { BoardKind::IoManager } else { BoardKind::Interface };
        let wiring = Wiring { energy, board: self.board.as_ref().map(|_| kind) };
        let mut bench = Bench::of(&profile, &self.benchmark, wiring)?;
        let interrupted = interrupted()?;
        let (heard, news) = mpsc::channel();
        let mut ports = Vec::new();
        for (port, place) in [(Port::Monitor, &self.monitor), (Port::Board, &self.board), (Port::Dut, &self.device)] {
            if let Some(place) = place {
                let heard = heard.clone();
                // Nobody hears the last words when the command ends.
                let hear = Box::new(move |bytes| drop(heard.send((port, bytes))));
                let served = serve(place, hear).with_context(|| format!("{place} cannot be opened"))?;
                ports.push((port, served));
            }
        }
        let baud = bench.baud(Port::Dut);
        let since = Instant::now();
        // For how long time stood still, so that a program that is slow to read the monitor loses nothing.
        let stood = Cell::new(Duration::ZERO);
        let now = || {
            let passed = since.elapsed().saturating_sub(stood.get());
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
            let virtual_now = (passed.as_secs_f64() * self.speed * SECOND as f64) as Micros;
            virtual_now
        };
        let names: Vec<String> = ports.iter().rev().map(|(_, served)| served.name()).collect();
        remark(&format!("ready: {}", names.join(", ")));
        // Since when something waits until the monitor's lines are taken.
        let mut held: Option<Instant> = None;
        let mut first = None;
        while !interrupted.load(Ordering::Relaxed) {
            let turn = Instant::now();
            for (port, bytes) in first.into_iter().chain(news.try_iter()) {
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
                // What the monitor measured is known before the device says that it is done.
                if !behind {
                    for timed in bench.drain(*port, now()) {
                        served.write(timed.bytes)?;
                    }
                }
                served.flush()?;
                behind |= *port == Port::Monitor && served.is_behind()?;
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
            first = news.recv_timeout(Duration::from_micros(nap)).ok();
            if held.is_some_and(|since| since.elapsed() > LONGEST_HOLD) {
                stood.set(stood.get() + turn.elapsed());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether somebody has interrupted us, so that the links are removed in the end. Elsewhere there is nothing to remove.
fn interrupted() -> std::io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, interrupted.clone())?;
    }
    Ok(interrupted)
}
