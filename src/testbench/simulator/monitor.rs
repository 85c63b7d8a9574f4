//! Simulated LPM01A energy monitor: it takes text commands and sends a stream of samples.
//!
//! A sample is the energy of one millisecond in J, printed as `dddd-ee`: four digits and a power of ten. A `TimeStamp`
//! line precedes every thousandth sample. An `event NN ris` line marks a falling edge of the time-stamp pin.

use std::fmt::Write;
use std::sync::Arc;

use super::profile::{FaultKind, Power, Profile};
use super::random::Random;
use super::{Activity, ActivityLog, Timed};
use crate::testbench::device::{LONGEST_COMMAND, Micros};

/// Baud rate of its port, whatever a program sets: the port is virtual and ignores the setting.
pub(crate) const BAUD: u64 = 3_686_400;
/// Range of its supply voltage in mV.
const VOLTAGES: std::ops::RangeInclusive<u64> = 1800..=3300;
/// Commands that take a value.
const SETTINGS: [&str; 10] =
    ["lcd", "pwr", "volt", "acqtime", "trigdelay", "trigsrc", "eventsrc", "output", "format", "freq"];
/// Time per sample: one millisecond.
const SAMPLE: Micros = 1000;
/// Number of samples per time stamp.
const STAMP_EVERY: u64 = 1000;

/// Simulated energy monitor.
pub struct Monitor {
    profile: Arc<Profile>,
    power: Power,
    command: Vec<u8>,
    /// Whether it powers the device.
    feeding: bool,
    /// Supply voltage in mV.
    millivolts: u64,
    /// Time at which sampling started; `None` if stopped.
    since: Option<Micros>,
    samples: u64,
    /// Next span and next pulse of the activity.
    span: usize,
    pulse: usize,
    events: u64,
    random: Random,
}

impl Monitor {
    /// Creates a monitor for the device of a profile.
    #[must_use]
    pub(crate) fn new(profile: Arc<Profile>, power: Power) -> Self {
        Self {
            random: Random::new(profile.seed ^ 0x4C50_4D30),
            profile,
            power,
            command: Vec::new(),
            feeding: false,
            millivolts: *VOLTAGES.end(),
            since: None,
            samples: 0,
            span: 0,
            pulse: 0,
            events: 0,
        }
    }

    /// Returns whether it powers the device.
    #[must_use]
    pub(crate) const fn powers_device(&self) -> bool {
        self.feeding
    }

    /// Takes bytes that arrive at a time; returns timed lines. Commands end with a line feed.
    pub(crate) fn take(&mut self, at: Micros, bytes: &[u8], activity: &ActivityLog) -> Vec<Timed> {
        let mut out = Vec::new();
        for byte in bytes {
            if *byte == b'\n' {
                let command = String::from_utf8_lossy(&std::mem::take(&mut self.command)).trim().to_owned();
                out.extend(self.execute(at, &command, activity));
            } else if self.command.len() < LONGEST_COMMAND {
                self.command.push(*byte);
            }
        }
        out
    }

    fn execute(&mut self, at: Micros, command: &str, activity: &ActivityLog) -> Vec<Timed> {
        let say = |text: String| Timed { at, bytes: text.into_bytes() };
        let words: Vec<&str> = command.split_ascii_whitespace().collect();
        let mut out = Vec::new();
        let mut more = None;
        let refused = match words[..] {
            [] => return out,
            ["start"] => {
                self.since = Some(at);
                (self.samples, self.events) = (0, 0);
                self.pulse = activity.pulses.partition_point(|pulse| *pulse < at);
                None
            }
            ["stop"] => {
                out = self.run(at, activity);
                self.since = None;
                more = Some("Acquisition completed".to_owned());
                None
            }
            ["pwr", "on" | "off", ..] => {
                self.feeding = words[1] == "on";
                None
            }
            ["pwr", "get"] => {
                more = Some(if self.feeding { "on" } else { "off" }.to_owned());
                None
            }
            ["volt", "get"] => {
                more = Some(format!("{}m", self.millivolts));
                None
            }
            ["volt", value] => match value.strip_suffix('m').and_then(|number| number.parse().ok()) {
                Some(millivolts) if VOLTAGES.contains(&millivolts) => {
                    self.millivolts = millivolts;
                    None
                }
                _ => Some("the voltage is 1800m to 3300m"),
            },
            ["version"] => {
                more = Some("simulated LPM01A 1.0.6".to_owned());
                None
            }
            ["htc" | "hrc" | "help" | "status"]
            | ["lcd", "1" | "2", _, ..]
            | ["acqtime" | "trigdelay" | "trigsrc" | "eventsrc" | "output" | "format" | "freq", _, ..] => None,
            [command, ..] if SETTINGS.contains(&command) => Some("bad argument"),
            _ => Some("unknown command"),
        };
        out.push(say(match refused {
            None => format!("\r\nPowerShield > ack {command}\r\n\r\n"),
            Some(why) => format!("\r\nPowerShield > error {command}\r\nError detail: {why}\r\n\r\n"),
        }));
        out.extend(more.map(|line| say(format!("{line}\r\n"))));
        out
    }

    /// Returns the new samples until a time.
    pub(crate) fn run(&mut self, until: Micros, activity: &ActivityLog) -> Vec<Timed> {
        let Some(since) = self.since else { return Vec::new() };
        let lossy = self.profile.has_fault(FaultKind::DroppedSamples);
        let mut out = Vec::new();
        while since + (self.samples + 1) * SAMPLE <= until {
            let start = since + self.samples * SAMPLE;
            let end = start + SAMPLE;
            let mut text = String::new();
            if self.samples.is_multiple_of(STAMP_EVERY) {
                let ms = self.samples;
                let _ = write!(text, "TimeStamp: {:03}s {:03}ms, buff 00%\r\n", ms / 1000 % 1000, ms % 1000);
            }
            while activity.pulses.get(self.pulse).is_some_and(|pulse| *pulse < end) {
                let _ = write!(text, "event {:02} ris\r\n", self.events);
                self.events += 1;
                self.pulse += 1;
            }
            let dropped = lossy && (5_000..6_000).contains(&self.samples);
            if !dropped {
                let joules = self.mean_power(start, end, activity) * 1e-6;
                let _ = write!(text, "{}\r\n", printed(joules * (1.0 + 0.004 * self.random.swing())));
            }
            out.push(Timed { at: end, bytes: text.into_bytes() });
            self.samples += 1;
        }
        out
    }

    /// Returns the mean power in mW over one millisecond; 0 while the device is off.
    fn mean_power(&mut self, start: Micros, end: Micros, activity: &ActivityLog) -> f64 {
        if activity.off_since.is_some_and(|off| off <= start) {
            return 0.0;
        }
        let power = self.power;
        while activity.spans.get(self.span).is_some_and(|span| span.1 <= start) {
            self.span += 1;
        }
        let mut sum = 0.0;
        let mut idle = SAMPLE as f64;
        for span in activity.spans[self.span..].iter().take_while(|span| span.0 < end) {
            let common = span.1.min(end).saturating_sub(span.0.max(start)) as f64;
            sum += common
                * match span.2 {
                    Activity::Infer => power.inference,
                    Activity::Load => power.load,
                };
            idle -= common;
        }
        (sum + idle.max(0.0) * power.idle) / SAMPLE as f64
    }
}

/// Formats a number as the monitor does: four digits and a signed exponent of two digits.
fn printed(value: f64) -> String {
    if value <= 0.0 {
        return "0000+00".to_owned();
    }
    #[allow(clippy::cast_possible_truncation)] // a small exponent
    let mut exponent = value.log10().floor() as i32 - 3;
    let mut digits = (value / 10f64.powi(exponent)).round();
    if digits >= 10_000.0 {
        exponent += 1;
        digits = 1000.0;
    }
    format!("{digits:04.0}{exponent:+03}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn samples_print_with_four_digits_and_an_exponent() {
        assert_eq!(super::printed(15.42e-6), "1542-08");
        assert_eq!(super::printed(0.0), "0000+00");
        assert_eq!(super::printed(9.99996e-6), "1000-08");
    }
}
