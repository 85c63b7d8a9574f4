//! Pseudo-terminal that other programs open like a serial port, under a chosen path.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use rustix::pty::OpenptFlags;
use rustix::termios::OptionalActions;

use super::served::{Heard, Served};

/// A terminal takes about 4 KiB. Lines are written together up to this size and only when everything was read, so that a program
/// never receives a part of a line and then waits for the rest.
const BLOCK: usize = 2048;
/// Maximum number of bytes that are kept for a program that reads slowly.
const MOST_BYTES: usize = 16 << 20;
/// If no byte is read for this long, no program is connected, and waiting bytes are lost, as on a real wire.
const ABSENT: Duration = Duration::from_secs(5);
/// If no byte is read for this long, other output no longer waits for the program.
const SLOW: Duration = Duration::from_secs(2);

/// Host end of a pseudo-terminal, and the symbolic link to its other end. The link is removed on drop.
pub struct PseudoTerminal {
    host: File,
    /// Kept open, so that programs can connect and disconnect.
    other_end: File,
    link: PathBuf,
    /// Complete lines that wait to be written.
    waiting: VecDeque<Vec<u8>>,
    /// Number of bytes of the first waiting line that were written.
    written: usize,
    /// Number of waiting bytes.
    bytes: usize,
    /// When a program last read something, or had nothing left to read.
    taken: Instant,
}

impl PseudoTerminal {
    /// Opens a pseudo-terminal in raw mode, reachable under `link`.
    ///
    /// # Errors
    /// When `link` already exists, or the system has no pseudo-terminals.
    pub fn open(link: &Path) -> io::Result<Self> {
        let host = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // Not every system accepts CLOEXEC as a flag of `openpt`.
        rustix::io::fcntl_setfd(&host, rustix::io::FdFlags::CLOEXEC)?;
        rustix::pty::grantpt(&host)?;
        rustix::pty::unlockpt(&host)?;
        let name = rustix::pty::ptsname(&host, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let other_end = rustix::fs::open(name.as_c_str(), flags, rustix::fs::Mode::empty())?;
        // Set before the first byte: a terminal that is not raw would echo the device's output back to it.
        let mut settings = rustix::termios::tcgetattr(&other_end)?;
        settings.make_raw();
        rustix::termios::tcsetattr(&other_end, OptionalActions::Now, &settings)?;
        let status = rustix::fs::fcntl_getfl(&host)?;
        rustix::fs::fcntl_setfl(&host, status | OFlags::NONBLOCK)?;
        let target = name.to_string_lossy().into_owned();
        std::os::unix::fs::symlink(target, link)?;
        Ok(Self {
            host: host.into(),
            other_end: other_end.into(),
            link: link.to_owned(),
            waiting: VecDeque::new(),
            written: 0,
            bytes: 0,
            taken: Instant::now(),
        })
    }

    /// Returns the bytes that have arrived, without waiting.
    ///
    /// # Errors
    /// When the terminal is broken.
    #[cfg(feature = "internals")]
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = [0; 4096];
        match (&self.host).read(&mut bytes) {
            Ok(count) => Ok(bytes[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Returns the number of bytes that a program has not read.
    fn unread(&self) -> io::Result<usize> {
        Ok(usize::try_from(rustix::io::ioctl_fionread(&self.other_end)?).unwrap_or(usize::MAX))
    }

    /// Passes arriving bytes to `heard` in a separate thread. When the terminal is closed, the thread passes an error
    /// and ends.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(crate) fn hear(&self, heard: Heard) -> io::Result<()> {
        let host = self.host.try_clone()?;
        std::thread::Builder::new().name(self.name()).spawn(move || hear(&host, &heard))?;
        Ok(())
    }
}

fn hear(mut host: &File, heard: &Heard) {
    let mut bytes = [0; 4096];
    loop {
        let waited = poll(&mut [PollFd::new(&host, PollFlags::IN)], None);
        match waited.map_err(io::Error::from).and_then(|_| host.read(&mut bytes)) {
            Ok(count) => heard(Ok(bytes[..count].to_vec())),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return heard(Err(error)),
        }
    }
}

impl Served for PseudoTerminal {
    fn name(&self) -> String {
        self.link.display().to_string()
    }

    fn baud(&self) -> io::Result<Option<u32>> {
        Ok(Some(rustix::termios::tcgetattr(&self.other_end)?.output_speed()))
    }

    /// Lines that do not fit into the terminal's buffer wait. If too many bytes wait, the new lines are lost.
    fn write(&mut self, lines: Vec<u8>) -> io::Result<()> {
        if self.bytes + lines.len() <= MOST_BYTES {
            if self.waiting.is_empty() {
                self.taken = Instant::now();
            }
            self.bytes += lines.len();
            self.waiting.push_back(lines);
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut room = BLOCK.saturating_sub(self.unread()?);
        while let Some(first) = self.waiting.front() {
            let left = first.len() - self.written;
            // A line that is longer than a block is written in parts.
            if left > room && (room < BLOCK || left <= BLOCK) {
                break;
            }
            room = room.saturating_sub(left);
            match self.host.write(&first[self.written..]) {
                Ok(count) => {
                    self.taken = Instant::now();
                    self.written += count;
                    self.bytes -= count;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
            if self.written == first.len() {
                self.waiting.pop_front();
                self.written = 0;
            }
        }
        if self.taken.elapsed() > ABSENT && !self.waiting.is_empty() {
            // A line that is partly written is kept, so that the next program receives complete lines.
            self.waiting.truncate(usize::from(self.written > 0));
            self.bytes = self.waiting.front().map_or(0, |first| first.len() - self.written);
        }
        Ok(())
    }

    fn is_behind(&mut self) -> io::Result<bool> {
        if self.waiting.is_empty() && self.unread()? == 0 {
            self.taken = Instant::now();
            return Ok(false);
        }
        Ok(self.taken.elapsed() < SLOW)
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        // An error could not be reported here.
        let _ = std::fs::remove_file(&self.link);
    }
}
