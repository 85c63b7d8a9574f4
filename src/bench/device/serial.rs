//! A serial port or pseudo-terminal: raw, eight bits, no parity, one stop bit, no flow control.
//!
//! A thread of its own reads it all the time: an energy monitor sends ten times a second more than a pseudo-terminal
//! holds, whatever the runner waits for meanwhile, and a byte's time of arrival is when it came, not when it was asked for.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::termios::{ControlModes, OptionalActions, QueueSelector};

use super::{Device, LineReader, LinkError, Micros, Received, SECOND};

/// Most bytes that wait to be read: the energy monitor's of an hour, and more.
const MOST_BYTES: usize = 64 << 20;
/// How soon the reading thread notices that nobody needs it any more.
const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// An open serial port.
pub struct SerialPort {
    file: File,
    name: String,
    baud: u32,
    since: Instant,
    lines: LineReader,
    ready: VecDeque<Received>,
    inbox: Arc<Inbox>,
    reader: Option<JoinHandle<()>>,
}

/// What has come and nobody has asked for yet.
#[derive(Default)]
struct Inbox {
    arrived: Mutex<Arrived>,
    news: Condvar,
    closed: AtomicBool,
}

#[derive(Default)]
struct Arrived {
    chunks: VecDeque<(Micros, Vec<u8>)>,
    bytes: usize,
    broken: Option<io::Error>,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until the port is closed or breaks.
    fn fill(&self, mut file: &File, since: Instant) {
        let mut bytes = [0; 4096];
        while !self.closed.load(Ordering::Relaxed) {
            let read = match poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&NAP)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => file.read(&mut bytes),
                Err(error) => Err(error.into()),
            };
            let mut arrived = self.lock();
            match read {
                Ok(count @ 1..) if arrived.bytes + count <= MOST_BYTES => {
                    arrived.bytes += count;
                    arrived.chunks.push_back((elapsed(since), bytes[..count].to_vec()));
                }
                Ok(0) => arrived.broken = Some(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => arrived.broken = Some(io::Error::other(format!("{MOST_BYTES} bytes came that nobody read"))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => arrived.broken = Some(error),
            }
            self.news.notify_one();
            if arrived.broken.is_some() {
                return;
            }
        }
    }
}

fn elapsed(since: Instant) -> Micros {
    Micros::try_from(since.elapsed().as_micros()).unwrap_or(Micros::MAX)
}

impl SerialPort {
    /// Opens a port at a speed in baud and throws away what had come before. Ports of one session share the moment
    /// from which their clocks count.
    ///
    /// # Errors
    /// When the path is no serial port or the system does not take the settings.
    pub fn open(path: &Path, baud: u32, since: Instant) -> io::Result<Self> {
        let file: File = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?.into();
        let mut settings = rustix::termios::tcgetattr(&file)?;
        settings.make_raw();
        settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
        settings.control_modes &= !ControlModes::CRTSCTS;
        settings.set_speed(baud)?;
        rustix::termios::tcsetattr(&file, OptionalActions::Now, &settings)?;
        rustix::termios::tcflush(&file, QueueSelector::IFlush)?;
        let inbox = Arc::new(Inbox::default());
        let (own, theirs) = (file.try_clone()?, inbox.clone());
        let reader =
            std::thread::Builder::new().name(path.display().to_string()).spawn(move || theirs.fill(&own, since))?;
        Ok(Self {
            file,
            name: path.display().to_string(),
            baud,
            since,
            lines: LineReader::default(),
            ready: VecDeque::new(),
            inbox,
            reader: Some(reader),
        })
    }

    fn broken(&self, source: io::Error) -> LinkError {
        LinkError { link: self.name.clone(), source }
    }
}

impl Drop for SerialPort {
    fn drop(&mut self) {
        self.inbox.closed.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            // It cannot panic, and nobody is left to tell.
            let _ = reader.join();
        }
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
            let mut arrived = self.inbox.lock();
            if let Some((at, bytes)) = arrived.chunks.pop_front() {
                arrived.bytes -= bytes.len();
                drop(arrived);
                for byte in bytes {
                    self.ready.extend(self.lines.take(byte, at));
                }
                // Bytes that never make a line must not keep a bounded wait from ending.
                if self.ready.is_empty() && self.now() > deadline.saturating_add(SECOND) {
                    return Ok(None);
                }
                continue;
            }
            if let Some(error) = arrived.broken.take() {
                // It stays broken for whoever asks again.
                arrived.broken = Some(io::Error::new(error.kind(), error.to_string()));
                drop(arrived);
                return Err(self.broken(error));
            }
            let left = deadline.saturating_sub(elapsed(self.since));
            if left == 0 {
                return Ok(None);
            }
            let waited = self.inbox.news.wait_timeout(arrived, Duration::from_micros(left));
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn now(&self) -> Micros {
        elapsed(self.since)
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn baud(&self) -> u32 {
        self.baud
    }
}
