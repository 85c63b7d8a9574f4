//! A serial port or pseudo-terminal: raw, eight bits, no parity, one stop bit, no flow control.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::termios::{ControlModes, OptionalActions, QueueSelector};

use super::{Device, LineReader, LinkError, Micros, Received, SECOND};

/// An open serial port.
pub struct SerialPort {
    file: File,
    name: String,
    since: Instant,
    lines: LineReader,
    ready: VecDeque<Received>,
}

impl SerialPort {
    /// Opens a port at a speed in baud and throws away what had come before.
    ///
    /// # Errors
    /// When the path is no serial port or the system does not take the settings.
    pub fn open(path: &Path, baud: u32) -> io::Result<Self> {
        let file: File = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?.into();
        let mut settings = rustix::termios::tcgetattr(&file)?;
        settings.make_raw();
        settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
        settings.control_modes &= !ControlModes::CRTSCTS;
        settings.set_speed(baud)?;
        rustix::termios::tcsetattr(&file, OptionalActions::Now, &settings)?;
        rustix::termios::tcflush(&file, QueueSelector::IFlush)?;
        let name = path.display().to_string();
        Ok(Self { file, name, since: Instant::now(), lines: LineReader::default(), ready: VecDeque::new() })
    }

    fn broken(&self, source: io::Error) -> LinkError {
        LinkError { link: self.name.clone(), source }
    }

    /// Waits for bytes; false if none came in time.
    fn wait(&self, within: Micros) -> io::Result<bool> {
        let timeout = Timespec {
            tv_sec: i64::try_from(within / SECOND).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(within % SECOND * 1000).unwrap_or(0),
        };
        let mut ports = [PollFd::new(&self.file, PollFlags::IN)];
        Ok(poll(&mut ports, Some(&timeout))? > 0)
    }
}

impl Device for SerialPort {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.file.write_all(bytes).map_err(|source| self.broken(source))
    }

    fn receive(&mut self, within: Micros) -> Result<Option<Received>, LinkError> {
        let deadline = self.now().saturating_add(within);
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some(line));
            }
            let left = deadline.saturating_sub(self.now());
            if !self.wait(left).map_err(|source| self.broken(source))? {
                return Ok(None);
            }
            let mut bytes = [0; 4096];
            let count = self.file.read(&mut bytes).map_err(|source| self.broken(source))?;
            if count == 0 {
                return Err(self.broken(io::ErrorKind::UnexpectedEof.into()));
            }
            let now = self.now();
            for byte in &bytes[..count] {
                self.ready.extend(self.lines.take(*byte, now));
            }
            // A stream that never pauses must not keep a bounded wait from ending.
            if self.ready.is_empty() && self.now() >= deadline {
                return Ok(None);
            }
        }
    }

    fn now(&self) -> Micros {
        Micros::try_from(self.since.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}
