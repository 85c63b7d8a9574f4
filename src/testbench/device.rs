//! Link between host and device: lines with times, over a serial port, TCP or the simulator.

pub mod link;
pub mod place;
#[cfg(unix)]
pub mod pty;
pub mod served;
mod socket;

use std::fmt;

/// Microseconds since the link's clock started.
pub type Micros = u64;

/// One second in [`Micros`].
pub const SECOND: Micros = 1_000_000;

/// Line that a device sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Time at which its last byte arrived.
    pub at: Micros,
    /// Its bytes without the line end.
    pub text: Vec<u8>,
    /// Whether it ended with a bare line feed, without the usual carriage return.
    pub bare: bool,
}

impl Received {
    /// Returns how many bytes of memory it takes, at least.
    #[must_use]
    pub(crate) const fn memory(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

/// Link to a device under test, an interface board or an energy monitor.
pub trait Device {
    /// Sends bytes.
    ///
    /// # Errors
    /// When the link is broken.
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError>;

    /// Waits for the next line, at most `within`; returns `None` if no line came.
    ///
    /// # Errors
    /// When the link is broken.
    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError>;

    /// Returns the number of bytes received after the last line end.
    fn unfinished(&self) -> usize {
        0
    }

    /// Returns the time of the host's clock.
    fn now(&self) -> Micros;

    /// Returns the name of the link in messages and logs: the path of the port.
    fn name(&self) -> String;

    /// Returns the baud rate of the link.
    fn baud(&self) -> u32;
}

/// Discards lines until the link is quiet, for at most 5 s. They are left over from an interrupted run and do not
/// belong to a command of the next run.
///
/// # Errors
/// When the link is broken.
pub(crate) fn discard_pending(device: &mut dyn Device) -> Result<(), LinkError> {
    const QUIET: Micros = SECOND / 2;
    let until = device.now() + 5 * SECOND;
    while device.now() < until && device.receive(QUIET)?.is_some() {}
    Ok(())
}

/// Discards the lines that have arrived so far. A device that prints without end must not hold the runner for ever.
///
/// # Errors
/// When the link is broken.
pub(crate) fn discard_arrived(device: &mut dyn Device) -> Result<(), LinkError> {
    let now = device.now();
    while device.receive(0)?.is_some_and(|line| line.at <= now) {}
    Ok(())
}

/// Error of a broken link.
#[derive(Debug)]
pub struct LinkError {
    /// Name of the link.
    pub link: String,
    /// What happened.
    pub source: std::io::Error,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.link, self.source)
    }
}

impl std::error::Error for LinkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Maximum number of bytes of a reply, in memory. A device that sends more is broken.
pub(crate) const MOST_OF_REPLY: usize = 4 << 20;

/// Maximum number of bytes per line. A longer line is split, so that a broken link cannot fill the memory.
const LONGEST_LINE: usize = 1 << 20;

/// A simulated board or monitor ignores what follows in a longer command, so that an endless one cannot fill the memory.
pub(crate) const LONGEST_COMMAND: usize = 4096;

/// Assembles bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct LineReader {
    pending: Vec<u8>,
}

impl LineReader {
    /// Returns the number of bytes after the last line end.
    #[must_use]
    pub(crate) const fn unfinished(&self) -> usize {
        self.pending.len()
    }

    /// Takes one byte; returns the line if the byte ends one. A line feed ends a line.
    pub(crate) fn take(&mut self, byte: u8, at: Micros) -> Option<Received> {
        if byte != b'\n' {
            self.pending.push(byte);
            if self.pending.len() < LONGEST_LINE {
                return None;
            }
        }
        let mut text = std::mem::take(&mut self.pending);
        let bare = text.last() != Some(&b'\r');
        if !bare {
            text.pop();
        }
        Some(Received { at, text, bare })
    }
}
