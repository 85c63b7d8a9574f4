//! `tinyaudit simulate`

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::run::{ModeName, profile_named};
use super::streams::remark;
use crate::bench::device::pty::PseudoTerminal;
use crate::bench::device::{Micros, SECOND};
use crate::bench::simulator::board::BoardKind;
use crate::bench::simulator::{Bench, Port, Wiring};

const EXAMPLES: &str = "\
Examples:
  tinyaudit simulate --profile fpga --benchmark ic --device /tmp/dut
  tinyaudit simulate --profile fpga --benchmark ic --mode energy --board /tmp/io --monitor /tmp/emon --speed 10";

/// Put a simulated bench on pseudo-terminals, so that other programs find a device, a board and an energy monitor.
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
    /// Symbolic link to make for the device's port
    #[arg(long, value_name = "LINK", required_unless_present = "board")]
    device: Option<PathBuf>,
    /// Symbolic link to make for the interface board's port
    #[arg(long, value_name = "LINK")]
    board: Option<PathBuf>,
    /// Symbolic link to make for the energy monitor's port
    #[arg(long, value_name = "LINK")]
    monitor: Option<PathBuf>,
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
/// Longest time for which a word of the device waits for a program that reads the monitor slowly.
const LONGEST_HOLD: Duration = Duration::from_millis(100);
/// Sleep while a program takes what was written to it.
const SHORT_NAP: Micros = 500;

impl Simulate {
    /// Serves the ports until interrupted.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            anyhow::bail!("--speed is {}, expected a positive number", self.speed);
        }
        let profile = Arc::new(profile_named(&self.profile)?);
        let energy = self.mode.mode() == crate::round::Mode::Energy;
        let kind = if self.io_manager { BoardKind::IoManager } else { BoardKind::Interface };
        let wiring = Wiring { energy, board: self.board.as_ref().map(|_| kind) };
        let mut bench = Bench::of(&profile, &self.benchmark, wiring)?;
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, interrupted.clone())?;
        }
        let mut ports = Vec::new();
        for (port, link) in [(Port::Monitor, &self.monitor), (Port::Board, &self.board), (Port::Dut, &self.device)] {
            if let Some(link) = link {
                ports.push((port, PseudoTerminal::open(link).context("no pseudo-terminal can be opened")?));
            }
        }
        let baud = bench.baud(Port::Dut);
        let since = Instant::now();
        let now = || {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
            let virtual_now = (since.elapsed().as_secs_f64() * self.speed * SECOND as f64) as Micros;
            virtual_now
        };
        let names: Vec<String> = [&self.device, &self.board, &self.monitor]
            .into_iter()
            .flatten()
            .map(|link| link.display().to_string())
            .collect();
        remark(&format!("ready: {}", names.join(", ")));
        // Since when something waits until the monitor's lines are taken.
        let mut held: Option<Instant> = None;
        while !interrupted.load(Ordering::Relaxed) {
            let mut behind = false;
            for (port, terminal) in &mut ports {
                let bytes = terminal.read()?;
                let wrong_speed = self.strict_baud && *port == Port::Dut && u64::from(terminal.baud()?) != baud;
                if wrong_speed && !bytes.is_empty() {
                    terminal.write(vec![0xFE; bytes.len()])?;
                } else if !bytes.is_empty() {
                    bench.take(*port, now(), &bytes);
                }
                // What the monitor measured is known before the device says that it is done.
                if !behind {
                    for timed in bench.drain(*port, now()) {
                        terminal.write(timed.bytes)?;
                    }
                }
                terminal.flush()?;
                if *port == Port::Monitor && terminal.is_behind()? {
                    behind = held.get_or_insert_with(Instant::now).elapsed() < LONGEST_HOLD;
                }
            }
            if !behind {
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
            let timeout = Timespec { tv_sec: 0, tv_nsec: i64::try_from(nap * 1000).unwrap_or(0) };
            let mut waiting: Vec<_> =
                ports.iter().map(|(_, terminal)| PollFd::new(terminal.host(), PollFlags::IN)).collect();
            match poll(&mut waiting, Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
