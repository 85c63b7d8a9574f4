//! Recordings of the dialogue with devices: a text file that a runner writes, and that a simulated device answers from.
//!
//! Each line is a time in seconds, the port, `>` for bytes to the device or `<` for a line from it, and the bytes, with
//! escapes such as `\r`, `\n` and `\xff`:
//!
//! ```text
//! # tinyaudit recording 1
//! 0.000102 dut > name%
//! 0.004210 dut < m-name-dut-[board]\r\n
//! 0.004391 dut < m-ready\r\n
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::rc::Rc;

use super::device::{Device, LinkError, Micros, Received, SECOND};
use super::simulator::{Port, Timed};

/// First line of a recording.
const TITLE: &str = "# tinyaudit recording 1";

/// Ports by their names in a recording.
const PORTS: [(Port, &str); 3] = [(Port::Dut, "dut"), (Port::Board, "board"), (Port::Monitor, "monitor")];

/// A file that several recorded devices write to.
pub type Tape = Rc<RefCell<dyn Write>>;

/// Starts a recording.
///
/// # Errors
/// When the file cannot be written.
pub fn tape(mut file: impl Write + 'static) -> io::Result<Tape> {
    writeln!(file, "{TITLE}")?;
    Ok(Rc::new(RefCell::new(file)))
}

/// A device whose dialogue is recorded.
pub struct Recorded {
    device: Box<dyn Device>,
    port: &'static str,
    tape: Tape,
}

impl Recorded {
    /// Records the dialogue with a device.
    #[must_use]
    pub fn new(device: Box<dyn Device>, port: Port, tape: &Tape) -> Self {
        Self { device, port: name_of(port), tape: Rc::clone(tape) }
    }

    /// Writes a line. It is complete after every call, so that a recording that is interrupted can be used.
    fn write(&self, at: Micros, direction: char, bytes: &[u8]) -> Result<(), LinkError> {
        let mut line = format!("{}.{:06} {} {direction} ", at / SECOND, at % SECOND, self.port);
        let _ = writeln!(line, "{}", bytes.escape_ascii());
        let mut tape = self.tape.borrow_mut();
        let written = tape.write_all(line.as_bytes()).and_then(|()| tape.flush());
        written.map_err(|source| LinkError { link: "the recording".to_owned(), source })
    }
}

impl Device for Recorded {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.write(self.device.now(), '>', bytes)?;
        self.device.send(bytes)
    }

    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError> {
        let received = self.device.receive(within)?;
        if let Some(line) = &received {
            let end: &[u8] = if line.bare { b"\n" } else { b"\r\n" };
            self.write(line.at, '<', &[&line.text, end].concat())?;
        }
        Ok(received)
    }

    fn unfinished(&self) -> usize {
        self.device.unfinished()
    }

    fn now(&self) -> Micros {
        self.device.now()
    }

    fn name(&self) -> String {
        self.device.name()
    }

    fn baud(&self) -> u32 {
        self.device.baud()
    }
}

fn name_of(port: Port) -> &'static str {
    PORTS.iter().find(|(known, _)| *known == port).map_or("", |(_, name)| name)
}

/// A command and what came until the next one.
#[derive(Debug, Default)]
struct Exchange {
    command: Vec<u8>,
    at: Micros,
    /// Lines, with their times after the command.
    replies: Vec<(Micros, Vec<u8>)>,
}

/// The device's side of one port.
#[derive(Debug, Default)]
struct Side {
    exchanges: Vec<Exchange>,
    /// Index of the next exchange.
    next: usize,
    /// Bytes of a command that is not complete.
    pending: Vec<u8>,
    output: VecDeque<(Micros, Vec<u8>)>,
    /// The byte that ends commands; `None` if the recording has none.
    end: Option<u8>,
}

impl Side {
    /// Answers a command as it was answered when it came next, else later, else before.
    fn answer(&mut self, at: Micros, command: &[u8]) -> bool {
        let is_it = |one: &Exchange| one.command == command;
        let later = self.exchanges.iter().skip(self.next).position(is_it).map(|index| index + self.next);
        let Some(index) = later.or_else(|| self.exchanges.iter().rposition(is_it)) else { return false };
        if later.is_some() {
            self.next = index + 1;
        }
        let replies = &self.exchanges[index].replies;
        self.output.extend(replies.iter().map(|(after, bytes)| (at + after, bytes.clone())));
        true
    }
}

/// Longest command that is kept; a longer one is in no recording.
const LONGEST: usize = 64 << 10;

/// Devices that answer as a recording says.
#[derive(Debug)]
pub struct Playback {
    sides: Vec<(Port, Side)>,
    /// Commands that the recording does not have, which are not answered; drained by the caller.
    pub unknown: Vec<String>,
}

impl Playback {
    /// Parses a recording.
    ///
    /// # Errors
    /// When the text is not a recording: the line and what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(TITLE) {
            return Err(format!("line 1: expected `{TITLE}`"));
        }
        let is_entry = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
        let entry = |(index, line): (usize, &str)| {
            parsed(line).ok_or_else(|| {
                let example = "for example `0.5 dut > name%`";
                format!("line {}: expected a time, a port, `>` or `<`, and bytes, {example}", index + 1)
            })
        };
        let entries: Vec<Entry> = lines.filter(is_entry).map(entry).collect::<Result<_, _>>()?;
        let of_port = |port: Port| {
            let sent = entries.iter().filter(|(_, one, to_device, _)| *one == port && *to_device);
            // Most of what is sent ends with it; the first parts of a command do not.
            let mut ends: BTreeMap<u8, usize> = BTreeMap::new();
            sent.filter_map(|(.., bytes)| bytes.last()).for_each(|last| *ends.entry(*last).or_default() += 1);
            Side { end: ends.into_iter().max_by_key(|(_, count)| *count).map(|(end, _)| end), ..Side::default() }
        };
        let mut sides: Vec<(Port, Side)> = PORTS.iter().map(|(port, _)| (*port, of_port(*port))).collect();
        for (at, port, to_device, bytes) in entries {
            let Some((_, side)) = sides.iter_mut().find(|(one, _)| *one == port) else { continue };
            let end = side.end;
            match side.exchanges.last_mut() {
                // What was sent in several parts.
                Some(last) if to_device && last.replies.is_empty() && last.command.last().copied() != end => {
                    last.command.extend(bytes);
                }
                _ if to_device => side.exchanges.push(Exchange { command: bytes, at, replies: Vec::new() }),
                Some(last) => last.replies.push((at.saturating_sub(last.at), bytes)),
                // Before the first command: what a device prints when it starts.
                None => side.output.push_back((0, bytes)),
            }
        }
        Ok(Self { sides, unknown: Vec::new() })
    }

    fn side(&mut self, port: Port) -> Option<&mut Side> {
        self.sides.iter_mut().find(|(one, _)| *one == port).map(|(_, side)| side)
    }

    /// Takes bytes for a port.
    pub fn take(&mut self, port: Port, at: Micros, bytes: &[u8]) {
        let Some(side) = self.side(port) else { return };
        let end = side.end;
        let mut unknown = Vec::new();
        for byte in bytes {
            if side.pending.len() < LONGEST {
                side.pending.push(*byte);
            }
            if Some(*byte) == end {
                let command = std::mem::take(&mut side.pending);
                if !side.answer(at, &command) {
                    unknown.push(command.escape_ascii().to_string());
                }
            }
        }
        self.unknown.extend(unknown);
    }

    /// Returns what a port sends until a time.
    pub fn drain(&mut self, port: Port, until: Micros) -> Vec<Timed> {
        let mut due = Vec::new();
        if let Some(side) = self.side(port) {
            while let Some((at, bytes)) = side.output.pop_front_if(|(at, _)| *at <= until) {
                due.push(Timed { at, bytes });
            }
        }
        due
    }

    /// Returns when a port sends something next.
    #[must_use]
    pub fn next_output(&self, port: Port) -> Option<Micros> {
        let (_, side) = self.sides.iter().find(|(one, _)| *one == port)?;
        side.output.front().map(|(at, _)| *at)
    }
}

/// A line: time, port, whether it went to the device, and the bytes.
type Entry = (Micros, Port, bool, Vec<u8>);

fn parsed(line: &str) -> Option<Entry> {
    let mut parts = line.splitn(4, ' ');
    let (time, port, direction) = (parts.next()?, parts.next()?, parts.next()?);
    let seconds: f64 = time.parse().ok().filter(|seconds| (0.0..1e9).contains(seconds))?;
    let (port, _) = PORTS.iter().find(|(_, name)| *name == port)?;
    let to_device = match direction {
        ">" => true,
        "<" => false,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked above
    let at = (seconds * SECOND as f64).round() as Micros;
    Some((at, *port, to_device, unescaped(parts.next()?)?))
}

/// Reverses [`slice::escape_ascii`].
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let value = match (byte, if byte == b'\\' { rest.next()? } else { 0 }) {
            (b'\\', b'r') => b'\r',
            (b'\\', b'n') => b'\n',
            (b'\\', b't') => b'\t',
            (b'\\', b'x') => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            (b'\\', other @ (b'\\' | b'\'' | b'"')) => other,
            (b'\\', _) => return None,
            (byte, _) => byte,
        };
        bytes.push(value);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECORDING: &str = "# tinyaudit recording 1\n\
        0.0 dut < m-init-done\\r\\n\n\
        1.000000 dut > na\n\
        1.000001 dut > me%\n\
        1.010000 dut < m-name-dut-[x]\\r\\n\n\
        1.020000 dut < m-ready\\r\\n\n\
        2.000000 dut > infer 1%\n\
        2.500000 dut < m-ready\\r\\n\n\
        3.000000 dut > infer 1%\n\
        3.100000 dut < e-[late]\\n\n\
        1.0 monitor > stop\\r\\n\n\
        1.5 monitor < ack stop\\r\\n\n";

    fn texts(lines: &[Timed]) -> Vec<(Micros, String)> {
        lines.iter().map(|line| (line.at, line.bytes.escape_ascii().to_string())).collect()
    }

    #[test]
    fn commands_are_answered_in_order_and_at_their_times() {
        let mut device = Playback::parse(RECORDING).unwrap();
        assert_eq!(texts(&device.drain(Port::Dut, 0)), [(0, "m-init-done\\r\\n".to_owned())]);
        device.take(Port::Dut, 5_000_000, b"na");
        assert_eq!(device.next_output(Port::Dut), None);
        device.take(Port::Dut, 6_000_000, b"me%infer 1%");
        assert_eq!(device.next_output(Port::Dut), Some(6_010_000));
        let said = texts(&device.drain(Port::Dut, 10_000_000));
        assert_eq!(said.len(), 3);
        assert_eq!(said[2], (6_500_000, "m-ready\\r\\n".to_owned()));
        // The second time, it is answered otherwise; a third time, as the last time.
        for _ in 0..2 {
            device.take(Port::Dut, 20_000_000, b"infer 1%");
            assert_eq!(texts(&device.drain(Port::Dut, 30_000_000)), [(20_100_000, "e-[late]\\n".to_owned())]);
        }
        device.take(Port::Dut, 40_000_000, b"profile%");
        assert_eq!((device.drain(Port::Dut, 50_000_000).len(), &device.unknown[..]), (0, &["profile%".to_owned()][..]));
        device.take(Port::Monitor, 0, b"stop\r\n");
        assert_eq!(texts(&device.drain(Port::Monitor, 500_000)), [(500_000, "ack stop\\r\\n".to_owned())]);
    }

    #[test]
    fn what_is_no_recording_is_named_by_its_line() {
        assert!(Playback::parse("").unwrap_err().contains("line 1"));
        for line in ["x dut > a", "1 dut ? a", "1 usb > a", "1 dut >", "1 dut > \\q", "-1 dut > a", "nan dut > a"] {
            let error = Playback::parse(&format!("{TITLE}\n{line}\n")).unwrap_err();
            assert!(error.starts_with("line 2"), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(unescaped(&bytes.escape_ascii().to_string()), Some(bytes));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Playback::parse(&format!("{TITLE}\n{text}"));
        }
    }
}
