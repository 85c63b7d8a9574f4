//! Port over TCP, for one program at a time.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::place::Place;
use super::served::{Heard, Served};

/// A program that reads nothing for this long is disconnected.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause after a connection that failed.
const REST: Duration = Duration::from_millis(100);

/// Longest wait for a program that is about to disconnect, before the next one is refused.
const TURN: Duration = Duration::from_millis(300);
/// How long a program that has closed its side still gets answers.
const LINGER: Duration = Duration::from_secs(2);
/// Most bytes that are read from a program that is refused.
const MOST_UNREAD: u64 = 64 << 10;
/// The answer to a program while another one is connected.
const BUSY: &[u8] = b"e-[Another program is connected to this port]\r\n";

/// This program's end of a port over TCP.
pub struct Socket {
    address: SocketAddr,
    program: Program,
}

/// Connected program.
struct Client {
    stream: TcpStream,
    /// Number of the connection.
    number: u64,
    /// Whether it has sent anything.
    has_spoken: bool,
}

type Program = Arc<Mutex<Option<Client>>>;

fn locked(program: &Program) -> MutexGuard<'_, Option<Client>> {
    program.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Socket {
    /// Listens at an address; port 0 takes a free port. The listening thread runs until this process ends.
    ///
    /// One program is connected at a time. A program that has sent nothing makes room for the next one; otherwise the next
    /// one gets an error and is disconnected.
    ///
    /// # Errors
    /// When the address is in use.
    pub fn open(address: SocketAddr, heard: Heard) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let socket = Self { address: listener.local_addr()?, program: Program::default() };
        let program = socket.program.clone();
        let heard = Arc::new(Mutex::new(heard));
        std::thread::Builder::new().name(socket.name()).spawn(move || {
            for (number, stream) in (0..).zip(listener.incoming()) {
                if stream.and_then(|stream| admit(stream, number, &program, &heard)).is_err() {
                    std::thread::sleep(REST);
                }
            }
        })?;
        Ok(socket)
    }
}

/// Connects a program, or refuses it.
fn admit(mut stream: TcpStream, number: u64, program: &Program, heard: &Arc<Mutex<Heard>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let is_busy = || locked(program).as_ref().is_some_and(|client| client.has_spoken);
    let since = Instant::now();
    while is_busy() {
        if since.elapsed() > TURN {
            stream.write_all(BUSY)?;
            // Unread input would turn the end of the connection into an error on the other side.
            stream.shutdown(Shutdown::Write)?;
            stream.set_read_timeout(Some(TURN))?;
            return io::copy(&mut stream.take(MOST_UNREAD), &mut io::sink()).map(drop);
        }
        std::thread::sleep(TURN / 30);
    }
    let client = Client { stream: stream.try_clone()?, number, has_spoken: false };
    if let Some(silent) = locked(program).replace(client) {
        let _ = silent.stream.shutdown(Shutdown::Both);
    }
    let (program, heard) = (Arc::clone(program), Arc::clone(heard));
    std::thread::Builder::new().spawn(move || {
        // A connection that fails ends as one that is closed.
        let _ = attend(stream, number, &program, &heard);
        let mut now = locked(&program);
        if now.as_ref().is_some_and(|client| client.number == number) {
            *now = None;
        }
    })?;
    Ok(())
}

/// Receives bytes from one program until it disconnects.
fn attend(mut stream: TcpStream, number: u64, program: &Program, heard: &Mutex<Heard>) -> io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => {
                // The program sends nothing more, but may wait for answers, until the next one comes.
                if let Some(client) = locked(program).as_mut().filter(|client| client.number == number) {
                    client.has_spoken = false;
                }
                std::thread::sleep(LINGER);
                return Ok(());
            }
            Ok(count) => {
                match &mut *locked(program) {
                    Some(client) if client.number == number => client.has_spoken = true,
                    // Another program has taken its place.
                    _ => return Ok(()),
                }
                (heard.lock().unwrap_or_else(PoisonError::into_inner))(Ok(bytes[..count].to_vec()));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Served for Socket {
    fn name(&self) -> String {
        Place::Tcp(self.address).to_string()
    }

    /// Bytes that are sent while no program is connected are lost, as on a wire.
    fn write(&mut self, lines: Vec<u8>) -> io::Result<()> {
        let mut program = locked(&self.program);
        if let Some(client) = &mut *program
            && client.stream.write_all(&lines).is_err()
        {
            // The receiving thread notices the shutdown.
            let _ = client.stream.shutdown(Shutdown::Both);
            *program = None;
        }
        Ok(())
    }
}
