//! Link to a real device: a serial port or pseudo-terminal (raw, eight bits, no parity, one stop bit, no flow control),
//! or TCP.
//!
//! A separate thread reads all the time, for two reasons: ten times per second an energy monitor sends more than a
//! pseudo-terminal can buffer, even while the runner waits for another device; and the time of a byte must be the time
//! of its arrival, not the time at which the runner asks for it.

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

/// Maximum number of bytes that wait to be read: more than an energy monitor sends in ten minutes.
const MOST_BYTES: usize = 64 << 20;
/// What bytes that arrived together count in addition, because a single byte takes that much memory.
const ARRIVAL: usize = 48;
/// Longest time until the reading thread notices that the link was closed.
const NAP: Duration = Duration::from_millis(50);
/// Longest time that a device may accept no bytes.
const STUCK: Duration = Duration::from_mins(1);

/// Transport of the bytes.
enum Wire {
    Serial(SerialPort),
    Tcp(TcpStream),
}

impl Wire {
    /// Opens a port at a baud rate and discards bytes that came before.
    fn open(place: &Place, baud: u32) -> io::Result<Self> {
        match place {
            Place::Path(path) => {
                let mut port = SerialPort::open(path, baud)?;
                port.set_read_timeout(NAP)?;
                port.set_write_timeout(STUCK)?;
                // A board behind USB may wait for these lines before it sends. Not every system sets them when the port
                // is opened. Pseudo-terminals do not have them.
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

/// Bytes that arrived and were not read yet.
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
                Ok(count @ 1..) if arrived.bytes + count + ARRIVAL <= MOST_BYTES => {
                    arrived.bytes += count + ARRIVAL;
                    arrived.chunks.push_back((elapsed(since), bytes[..count].to_vec()));
                }
                Ok(0) => {
                    let closed = "the other side closed the connection";
                    arrived.broken = Some(io::Error::new(ErrorKind::UnexpectedEof, closed));
                }
                Ok(_) => {
                    arrived.broken =
                        Some(io::Error::other(format!("more than {MOST_BYTES} bytes arrived and were not read")));
                }
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
    /// Opens a port at a baud rate and discards bytes that came before. All ports of a session get the same `since`,
    /// the zero of their clocks.
    ///
    /// # Errors
    /// When the place is not a port or the system does not accept the settings.
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
            // The thread cannot panic, and an error could not be reported here.
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
                arrived.bytes -= bytes.len() + ARRIVAL;
                drop(arrived);
                for byte in bytes {
                    self.ready.extend(self.lines.take(byte, at));
                }
                // The wait also ends if bytes keep arriving without a line end.
                if self.ready.is_empty() && self.now() > deadline.saturating_add(SECOND) {
                    return Ok(None);
                }
                continue;
            }
            if let Some(error) = arrived.broken.take() {
                // The next call gets the same error.
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
