//! The one seam between host and device: a line-wise link with a clock. Behind it is a serial port, TCP or the simulator.

pub mod link;
pub mod place;
#[cfg(unix)]
pub mod pty;
pub mod served;
mod socket;

use std::fmt;

/// Microseconds since the link's clock started.
pub type Micros = u64;

/// A second in [`Micros`].
pub const SECOND: Micros = 1_000_000;

/// A line a device sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// When its last byte arrived.
    pub at: Micros,
    /// Its bytes without the line end.
    pub text: Vec<u8>,
    /// Whether it ended with a bare line feed, without the usual carriage return.
    pub bare: bool,
}

/// A link to a device under test, an interface board or an energy monitor.
pub trait Device {
    /// Sends bytes.
    ///
    /// # Errors
    /// When the link is broken.
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError>;

    /// The next line, waiting for it as long as `within`; `None` if none came.
    ///
    /// # Errors
    /// When the link is broken.
    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError>;

    /// Bytes that have come and make no line yet.
    fn unfinished(&self) -> usize {
        0
    }

    /// The host's clock.
    fn now(&self) -> Micros;

    /// What the link is called in messages and logs: the port's path.
    fn name(&self) -> String;

    /// The speed of the link in baud.
    fn baud(&self) -> u32;
}

/// Waits until nothing more comes, at most some seconds: what an interrupted run has left behind belongs to no command of
/// the next one.
///
/// # Errors
/// When the link is broken.
pub fn settle(device: &mut dyn Device) -> Result<(), LinkError> {
    const QUIET: Micros = SECOND / 2;
    let until = device.now() + 5 * SECOND;
    while device.now() < until && device.receive(QUIET)?.is_some() {}
    Ok(())
}

/// A broken link.
#[derive(Debug)]
pub struct LinkError {
    /// The link's name.
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

/// Most bytes of a line; what is longer comes in parts, so that a broken link cannot fill the memory.
const LONGEST_LINE: usize = 1 << 20;

/// Collects bytes into lines.
#[derive(Debug, Default)]
pub struct LineReader {
    pending: Vec<u8>,
}

impl LineReader {
    /// Bytes that make no line yet.
    #[must_use]
    pub const fn unfinished(&self) -> usize {
        self.pending.len()
    }

    /// Takes one byte; a line feed ends a line.
    pub fn take(&mut self, byte: u8, at: Micros) -> Option<Received> {
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
