//! A link to a device elsewhere: a serial port or pseudo-terminal, raw, eight bits, no parity, one stop bit, no flow
//! control; or TCP.
//!
//! A thread of its own reads it all the time: an energy monitor sends ten times a second more than a pseudo-terminal
//! holds, whatever the runner waits for meanwhile, and a byte's time of arrival is when it came, not when it was asked for.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serial2::SerialPort;

use super::place::Place;
use super::{Device, LineReader, LinkError, Micros, Received, SECOND};

/// Most bytes that wait to be read: the energy monitor's of an hour, and more.
const MOST_BYTES: usize = 64 << 20;
/// How soon the reading thread notices that nobody needs it any more.
const NAP: Duration = Duration::from_millis(50);
/// How long a device may take nothing of what is sent.
const STUCK: Duration = Duration::from_mins(1);

/// What bytes travel on.
enum Wire {
    Serial(SerialPort),
    Tcp(TcpStream),
}

impl Wire {
    /// Opens a port at a speed in baud and throws away what had come before.
    fn open(place: &Place, baud: u32) -> io::Result<Self> {
        match place {
            Place::Path(path) => {
                let mut port = SerialPort::open(path, baud)?;
                port.set_read_timeout(NAP)?;
                port.set_write_timeout(STUCK)?;
                // Where opening a port does not say so by itself, a board behind USB waits until it is told that
                // somebody is there. Pseudo-terminals have no such lines.
                let _ = port.set_dtr(true).and_then(|()| port.set_rts(true));
                port.discard_input_buffer()?;
                Ok(Self::Serial(port))
            }
            Place::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(NAP))?;
                stream.set_write_timeout(Some(STUCK))?;
                Ok(Self::Tcp(stream))
            }
        }
    }

    fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Serial(port) => port.read(bytes),
            Self::Tcp(stream) => (&*stream).read(bytes),
        }
    }

    fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Serial(port) => port.write_all(bytes),
            Self::Tcp(stream) => (&*stream).write_all(bytes),
        }
    }
}

/// An open link.
pub struct Link {
    wire: Arc<Wire>,
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
    fn fill(&self, wire: &Wire, since: Instant) {
        let mut bytes = [0; 4096];
        while !self.closed.load(Ordering::Relaxed) {
            let read = wire.read(&mut bytes);
            let nothing = |error: &io::Error| {
                matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
            };
            if read.as_ref().is_err_and(nothing) {
                continue;
            }
            let mut arrived = self.lock();
            match read {
                Ok(count @ 1..) if arrived.bytes + count <= MOST_BYTES => {
                    arrived.bytes += count;
                    arrived.chunks.push_back((elapsed(since), bytes[..count].to_vec()));
                }
                Ok(0) => arrived.broken = Some(ErrorKind::UnexpectedEof.into()),
                Ok(_) => arrived.broken = Some(io::Error::other(format!("{MOST_BYTES} bytes came that nobody read"))),
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

impl Link {
    /// Opens a port at a speed in baud and throws away what had come before. Ports of one session share the moment
    /// from which their clocks count.
    ///
    /// # Errors
    /// When the place is no port or the system does not take the settings.
    pub fn open(place: &Place, baud: u32, since: Instant) -> io::Result<Self> {
        let wire = Arc::new(Wire::open(place, baud)?);
        let inbox = Arc::new(Inbox::default());
        let (own, theirs) = (wire.clone(), inbox.clone());
        let name = place.to_string();
        let reader = std::thread::Builder::new().name(name.clone()).spawn(move || theirs.fill(&own, since))?;
        Ok(Self {
            wire,
            name,
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

impl Drop for Link {
    fn drop(&mut self) {
        self.inbox.closed.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            // It cannot panic, and nobody is left to tell.
            let _ = reader.join();
        }
    }
}

impl Device for Link {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.wire.write_all(bytes).map_err(|source| self.broken(source))
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

    fn unfinished(&self) -> usize {
        self.lines.unfinished()
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
