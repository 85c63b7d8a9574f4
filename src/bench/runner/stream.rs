//! The sample stream of an LPM01A energy monitor.

use super::dialogue::RunError;
use crate::bench::device::{Device, Micros, SECOND};
use crate::read::log::text::{integer, leading_integer, shown};

/// How late a line of the monitor may come.
const LATE: Micros = 2 * SECOND;
/// Milliseconds after which the monitor's three digits of seconds start again.
const STAMP_PERIOD: u64 = 1_000_000;

/// What a monitor streamed since it was started.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// Energy of every millisecond, in J.
    pub samples: Vec<f64>,
    /// Counter of each event and the number of samples before it.
    pub events: Vec<(String, usize)>,
}

impl Stream {
    /// Sets a monitor up and gives the device power.
    ///
    /// # Errors
    /// When it does not acknowledge a command.
    pub fn power_on(monitor: &mut dyn Device, millivolts: u32) -> Result<(), RunError> {
        for command in [
            "htc",
            "lcd 1 \"MLPerf Tiny\"",
            "lcd 2 \"     monitor    \"",
            "pwr off",
            "acqtime inf",
            "trigdelay 0",
            "trigsrc sw",
            "eventsrc d7 fal",
            "output energy",
            "format ascii_dec",
            "freq 1k",
            &format!("volt {millivolts}m"),
            "pwr on nostatus",
        ] {
            acknowledged(monitor, command)?;
        }
        Ok(())
    }

    /// Starts to measure.
    ///
    /// # Errors
    /// When the monitor does not acknowledge.
    pub fn start(monitor: &mut dyn Device) -> Result<Self, RunError> {
        acknowledged(monitor, "start")?;
        Ok(Self::default())
    }

    /// Stops the monitor and takes the device's power.
    ///
    /// # Errors
    /// When it does not acknowledge.
    pub fn stop(monitor: &mut dyn Device) -> Result<(), RunError> {
        for command in ["stop", "pwr off", "hrc"] {
            acknowledged(monitor, command)?;
        }
        Ok(())
    }

    /// Takes in what the monitor has measured until a time of the host's clock. Its lines may come late: a line that
    /// came after that time tells that all before it are here.
    ///
    /// # Errors
    /// When samples were lost or a line is no line of the stream.
    pub fn follow(&mut self, monitor: &mut dyn Device, until: Micros) -> Result<(), RunError> {
        let deadline = until.saturating_add(LATE);
        loop {
            let Some(line) = monitor.receive(deadline.saturating_sub(monitor.now()))? else { return Ok(()) };
            self.take(line.text.trim_ascii())?;
            if line.at >= until {
                return Ok(());
            }
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), RunError> {
        if line.is_empty() || line.starts_with(b"PowerShield") {
            return Ok(());
        }
        if let Some(sample) = sample(line) {
            self.samples.push(sample);
            return Ok(());
        }
        if let Some(counter) = line.strip_prefix(b"event ").and_then(|rest| rest.strip_suffix(b" ris")) {
            self.events.push((shown(counter), self.samples.len()));
            return Ok(());
        }
        let Some(stamp) = line.strip_prefix(b"TimeStamp: ").and_then(stamp) else {
            return Err(RunError::Monitor(format!(
                "expected a sample, an event or a time stamp, received `{}`",
                shown(line)
            )));
        };
        let samples = self.samples.len() as u64;
        if stamp != samples % STAMP_PERIOD {
            let message = format!("samples were lost: {samples} came until its time stamp of {stamp} ms");
            return Err(RunError::Monitor(message));
        }
        Ok(())
    }
}

/// `1542-08`: four digits and a power of ten.
fn sample(line: &[u8]) -> Option<f64> {
    let (digits, exponent) = line.split_at_checked(4)?;
    let digits = integer(digits)?;
    let (sign, exponent) = exponent.split_first()?;
    let exponent = i32::try_from(integer(exponent)?).ok()?;
    let exponent = match sign {
        b'-' => -exponent,
        b'+' => exponent,
        _ => return None,
    };
    // Through text, so that the number is the one a person would write.
    format!("{digits}e{exponent}").parse().ok()
}

/// `012s 345ms, buff 00%` in ms.
fn stamp(text: &[u8]) -> Option<u64> {
    let (seconds, rest) = leading_integer(text)?;
    let (ms, _) = leading_integer(rest.strip_prefix(b"s ")?)?;
    Some(seconds * 1000 + ms)
}

fn acknowledged(monitor: &mut dyn Device, command: &str) -> Result<(), RunError> {
    monitor.send(format!("{command}\r\n").as_bytes())?;
    let expected = format!("ack {command}");
    loop {
        let Some(line) = monitor.receive(5 * SECOND)? else {
            return Err(RunError::Monitor(format!("expected `{expected}`, received nothing")));
        };
        if memchr::memmem::find(&line.text, expected.as_bytes()).is_some() {
            return Ok(());
        }
        if memchr::memmem::find(&line.text, b"error ").is_some() {
            return Err(RunError::Monitor(format!("expected `{expected}`, received `{}`", shown(&line.text))));
        }
    }
}
