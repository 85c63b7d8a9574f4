//! Sample stream of an LPM01A energy monitor.

use super::dialogue::RunError;
use crate::parse::text::{integer, leading_integer, shown};
use crate::testbench::device::{Device, Micros, SECOND};

/// Longest wait for the acknowledgement of a command, including samples that come first.
const ACKNOWLEDGED: Micros = 5 * SECOND;
/// Longest delay of a line of the monitor.
const LATE: Micros = 2 * SECOND;
/// Milliseconds after which the monitor's time stamps, with three digits of seconds, wrap.
const STAMP_PERIOD: u64 = 1_000_000;

/// Maximum number of samples and events of a session, which is those of nine hours.
const MOST_SAMPLES: usize = 33_554_432;

/// Samples and events of a monitor since its start.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// Energy per millisecond, in J.
    pub samples: Vec<f64>,
    /// Counter of each event, and the number of samples before the event.
    pub events: Vec<(String, usize)>,
}

impl Stream {
    /// Configures a monitor and powers the device on.
    ///
    /// # Errors
    /// When it does not acknowledge a command.
    pub(crate) fn power_on(monitor: &mut dyn Device, millivolts: u32) -> Result<(), RunError> {
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

    /// Starts the measurement.
    ///
    /// # Errors
    /// When the monitor does not acknowledge.
    pub(crate) fn start(monitor: &mut dyn Device) -> Result<Self, RunError> {
        acknowledged(monitor, "start")?;
        Ok(Self::default())
    }

    /// Stops the monitor and powers the device off. Returns an error per command that is not acknowledged. These errors
    /// do not affect the session, because the measurement is complete before.
    pub(crate) fn stop(monitor: &mut dyn Device) -> Vec<RunError> {
        ["stop", "pwr off", "hrc"].into_iter().filter_map(|command| acknowledged(monitor, command).err()).collect()
    }

    /// Reads what the monitor has measured until a time of the host's clock. Lines may come late; a line that arrives
    /// after that time shows that all lines before it have arrived.
    ///
    /// # Errors
    /// When samples were lost or a line is not a line of the stream.
    pub(crate) fn follow(&mut self, monitor: &mut dyn Device, until: Micros) -> Result<(), RunError> {
        let deadline = until.saturating_add(LATE);
        loop {
            let Some(line) = monitor.receive(deadline.saturating_sub(monitor.now()))? else { return Ok(()) };
            self.take(line.text.trim_ascii())?;
            if line.at >= until {
                return Ok(());
            }
        }
    }

    /// Like [`follow`](Self::follow), and continues until the stream has `events` events in total. On a busy machine
    /// lines are read late and get a later time than their own.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub(crate) fn follow_events(
        &mut self,
        monitor: &mut dyn Device,
        until: Micros,
        events: usize,
    ) -> Result<(), RunError> {
        self.follow(monitor, until)?;
        let deadline = until.saturating_add(LATE);
        while self.events.len() < events {
            let left = deadline.saturating_sub(monitor.now());
            let Some(line) = monitor.receive(left)?.filter(|_| left > 0) else { return Ok(()) };
            self.take(line.text.trim_ascii())?;
        }
        Ok(())
    }

    fn take(&mut self, line: &[u8]) -> Result<(), RunError> {
        if self.samples.len() + self.events.len() > MOST_SAMPLES {
            return Err(RunError::Monitor(format!("it sent more than {MOST_SAMPLES} samples and events")));
        }
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
            let message = format!("samples were lost: {samples} arrived before the time stamp of {stamp} ms");
            return Err(RunError::Monitor(message));
        }
        Ok(())
    }
}

/// Parses a sample such as `1542-08`: four digits and a power of ten.
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
    // Parsed from text, so that the number is the nearest to the decimal notation.
    format!("{digits}e{exponent}").parse().ok()
}

/// Parses a time stamp such as `012s 345ms, buff 00%`, in ms.
fn stamp(text: &[u8]) -> Option<u64> {
    let (seconds, rest) = leading_integer(text)?;
    let (ms, _) = leading_integer(rest.strip_prefix(b"s ")?)?;
    Some(seconds * 1000 + ms)
}

fn acknowledged(monitor: &mut dyn Device, command: &str) -> Result<(), RunError> {
    monitor.send(format!("{command}\r\n").as_bytes())?;
    let expected = format!("ack {command}");
    let deadline = monitor.now().saturating_add(ACKNOWLEDGED);
    loop {
        let left = deadline.saturating_sub(monitor.now());
        let Some(line) = monitor.receive(left)?.filter(|_| left > 0) else {
            let seconds = ACKNOWLEDGED / SECOND;
            return Err(RunError::Monitor(format!("`{command}` was not acknowledged within {seconds} s")));
        };
        // After `stop` the official runner waits only for this line.
        if command == "stop" && memchr::memmem::find(&line.text, b"Acquisition completed").is_some() {
            return Ok(());
        }
        if memchr::memmem::find(&line.text, expected.as_bytes()).is_some() {
            return Ok(());
        }
        if memchr::memmem::find(&line.text, b"error ").is_some() {
            return Err(RunError::Monitor(format!("expected `{expected}`, received `{}`", shown(&line.text))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbench::device::{LinkError, Received};
    use crate::testbench::runner::dialogue::DeviceSession;

    /// Link that replies to a command with fixed lines. Its clock advances by the time waited.
    struct Scripted {
        answers: fn(&str) -> Vec<&'static [u8]>,
        lines: Vec<Vec<u8>>,
        unfinished: usize,
        now: Micros,
    }

    impl Scripted {
        fn new(answers: fn(&str) -> Vec<&'static [u8]>) -> Self {
            Self { answers, lines: Vec::new(), unfinished: 0, now: 0 }
        }
    }

    impl Device for Scripted {
        fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
            let command = String::from_utf8_lossy(bytes).trim().trim_end_matches('%').to_owned();
            self.lines.extend((self.answers)(&command).into_iter().map(<[u8]>::to_vec));
            Ok(())
        }

        fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError> {
            if self.lines.is_empty() {
                self.now += within;
                return Ok(None);
            }
            // A monitor that continues to sample sends one line per millisecond.
            self.now += 1000;
            Ok(Some(Received { at: self.now, text: self.lines.remove(0), bare: false }))
        }

        fn unfinished(&self) -> usize {
            self.unfinished
        }

        fn now(&self) -> Micros {
            self.now
        }

        fn name(&self) -> String {
            "scripted".to_owned()
        }

        fn baud(&self) -> u32 {
            0
        }
    }

    /// The measurement is complete before the monitor is stopped. The official runner waits only for one line.
    #[test]
    fn missing_acknowledgements_after_the_session_are_not_fatal() {
        let mut official = Scripted::new(|command| match command {
            "stop" => vec![b"1542-08", b"Acquisition completed"],
            "pwr off" => vec![b"PowerShield > ack pwr off"],
            _ => vec![b"PowerShield > ack hrc"],
        });
        assert!(Stream::stop(&mut official).is_empty());
        let mut silent = Scripted::new(|_| Vec::new());
        assert_eq!(Stream::stop(&mut silent).len(), 3);
        // The wait ends even if the monitor does not stop sending.
        let mut endless =
            Scripted::new(|command| if command == "stop" { vec![b"1542-08"; 100_000] } else { Vec::new() });
        assert!(!Stream::stop(&mut endless).is_empty() && endless.now < 60 * SECOND);
    }

    #[test]
    fn garbled_bytes_suggest_another_baud_rate() {
        let error = |mut device: Scripted| {
            let mut quiet = |_: crate::testbench::runner::Progress<'_>| {};
            let mut talker = DeviceSession::new(&mut device, false, SECOND, &mut quiet);
            talker.command("name").unwrap_err().to_string()
        };
        let garbage = Scripted::new(|_| vec![b"\xFE\xFF\x80\x80", b"\x00\xF8\x9F"]);
        assert!(error(garbage).contains("another baud rate: try --baud 115200"));
        let mut part = Scripted::new(|_| Vec::new());
        part.unfinished = 12;
        assert!(error(part).contains("12 bytes that are not a line of text"));
        assert!(error(Scripted::new(|_| Vec::new())).contains("received nothing"));
    }

    #[test]
    fn a_reply_without_end_is_not_kept() {
        static LONG: [u8; 1 << 20] = [b'a'; 1 << 20];
        let mut device = Scripted::new(|_| vec![&LONG; 64]);
        let mut quiet = |_: crate::testbench::runner::Progress<'_>| {};
        let error = DeviceSession::new(&mut device, false, SECOND, &mut quiet).command("name").unwrap_err();
        assert!(error.to_string().contains("expected a reply that ends with m-ready"), "{error}");
        assert_eq!(device.lines.len(), 60);
    }

    #[test]
    fn endless_samples_are_not_kept() {
        let mut stream = Stream { samples: vec![0.0; MOST_SAMPLES + 1], events: Vec::new() };
        assert!(stream.take(b"1542-08").unwrap_err().to_string().contains("more than 33554432 samples"));
    }

    /// On a busy machine lines are read late.
    #[test]
    fn late_events_are_waited_for() {
        let mut monitor = Scripted::new(|_| vec![b"1542-08", b"event 00 ris", b"1542-08", b"event 01 ris"]);
        monitor.send(b"start").unwrap();
        let mut stream = Stream::default();
        stream.follow_events(&mut monitor, 1000, 2).unwrap();
        assert_eq!(stream.events.len(), 2);
        stream.follow_events(&mut monitor, 1000, 3).unwrap();
        assert_eq!(stream.events.len(), 2);
    }
}
