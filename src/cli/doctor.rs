//! `tinyaudit doctor`

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::run::place;
use super::streams::print;
use crate::render::untrusted::Untrusted;
use crate::round::Round;
use crate::testbench::device::Device;
use crate::testbench::device::link::Link;
use crate::testbench::device::place::Place;
use crate::testbench::doctor::{BAUDS, Remark, examine_device, examine_monitor};

const EXAMPLES: &str = "\
Examples:
  tinyaudit doctor                                               list the serial ports
  tinyaudit doctor --port /dev/ttyACM0
  tinyaudit doctor --port /dev/ttyACM0 --monitor /dev/ttyACM1 --supply 1800

Exit codes: 0 all is well, 1 something is wrong, 2 a port cannot be opened.";

/// Arguments of `tinyaudit doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// Port of the device, or `tcp:127.0.0.1:PORT`
    #[arg(long, value_name = "PORT", value_parser = place())]
    port: Option<Place>,
    /// Port of the energy monitor, like --port
    #[arg(long, value_name = "PORT", value_parser = place())]
    monitor: Option<Place>,
    /// Supply the device from the monitor with this voltage in mV, 1800 to 3300
    ///
    /// Look into the manual of the board before.
    #[arg(long, value_name = "MV", requires = "monitor", value_parser = clap::value_parser!(u32).range(1800..=3300))]
    supply: Option<u32>,
    /// Baud rate of the device, instead of the usual ones
    #[arg(long, requires = "port")]
    baud: Option<u32>,
    /// Round whose benchmarks are known [default: the newest]
    #[arg(long, value_name = "ROUND")]
    round: Option<String>,
}

impl Doctor {
    /// Examines the ports and prints what was seen.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let round = Round::named(self.round.as_deref().unwrap_or(Round::newest()))?;
        if self.port.is_none() && self.monitor.is_none() {
            let ports = ports();
            print(|out| {
                if ports.is_empty() {
                    return writeln!(
                        out,
                        "there is no serial port; connect the board; some USB cables carry only power"
                    );
                }
                ports.iter().try_for_each(|port| writeln!(out, "{}", Untrusted(port).for_terminal()))
            })?;
            return Ok(if ports.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        let since = Instant::now();
        let mut all: Vec<(&Place, Vec<Remark>)> = Vec::new();
        let opener = |place: &Place, baud: u32| -> io::Result<Box<dyn Device>> {
            let link = Link::open(place, baud, since)
                .map_err(|error| io::Error::new(error.kind(), format!("{place}: {error}")))?;
            Ok(Box::new(link))
        };
        let own = self.baud.map(|baud| vec![baud]);
        // Open until the device was examined: the monitor may supply it.
        let mut monitor = None;
        if let Some(place) = &self.monitor {
            let (remarks, link) = examine_monitor(&mut |baud| opener(place, baud), self.supply)?;
            monitor = Some(link);
            all.push((place, remarks));
        }
        if let Some(place) = &self.port {
            let bauds = own.as_deref().unwrap_or(&BAUDS);
            all.push((place, examine_device(&mut |baud| opener(place, baud), bauds, &round)?));
        }
        drop(monitor);
        let is_well = all.iter().flat_map(|(_, remarks)| remarks).all(|remark| remark.next.is_none());
        print(|out| {
            for (place, remarks) in &all {
                writeln!(out, "{place}")?;
                for Remark { says, next } in remarks {
                    writeln!(
                        out,
                        "  {} {}",
                        if next.is_none() { "ok  " } else { "FIX " },
                        Untrusted(says).for_terminal()
                    )?;
                    if let Some(next) = next {
                        writeln!(out, "       {}", Untrusted(next).for_terminal())?;
                    }
                }
            }
            Ok(())
        })?;
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Returns the serial ports with the names of their USB devices, as far as the system tells.
fn ports() -> Vec<String> {
    let mut ports = serial2::SerialPort::available_ports().unwrap_or_default();
    ports.sort();
    ports
        .iter()
        .filter(|path| !is_unused(path))
        .map(|path| {
            let usb = usb_name(path);
            format!("{}{}", path.display(), usb.map_or_else(String::new, |name| format!("  {name}")))
        })
        .collect()
}

/// Returns the folder of a port's device in Linux's system files.
fn device(path: &Path) -> Option<std::path::PathBuf> {
    std::fs::canonicalize(Path::new("/sys/class/tty").join(path.file_name()?).join("device")).ok()
}

/// Whether the system has the port without hardware behind it, as Linux does.
fn is_unused(path: &Path) -> bool {
    let is_builtin = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ttyS"));
    is_builtin && device(path).is_none_or(|device| device.components().any(|part| part.as_os_str() == "serial8250"))
}

/// Returns maker, product and identifiers of the USB device of a port.
fn usb_name(path: &Path) -> Option<String> {
    let device = device(path)?;
    let folder = device.ancestors().take(5).find(|folder| folder.join("idVendor").is_file())?;
    let read =
        |name: &str| std::fs::read_to_string(folder.join(name)).map(|text| text.trim().to_owned()).unwrap_or_default();
    Some(format!("{} {} ({}:{})", read("manufacturer"), read("product"), read("idVendor"), read("idProduct")))
}
