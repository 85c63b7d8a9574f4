//! Port over TCP, for one program at a time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::place::Place;
use super::served::{Heard, Served};

/// A program that reads nothing for this long is disconnected.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause after a connection that failed.
const REST: Duration = Duration::from_millis(100);

/// This program's end of a port over TCP.
pub struct Socket {
    address: SocketAddr,
    program: Program,
}

/// Connected program, if any.
type Program = Arc<Mutex<Option<TcpStream>>>;

fn set(program: &Program, now: Option<TcpStream>) {
    *program.lock().unwrap_or_else(PoisonError::into_inner) = now;
}

impl Socket {
    /// Listens at an address; port 0 takes a free port. The listening thread runs until this process ends.
    ///
    /// # Errors
    /// When the address is in use.
    pub fn open(address: SocketAddr, heard: Heard) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let socket = Self { address: listener.local_addr()?, program: Program::default() };
        let program = socket.program.clone();
        std::thread::Builder::new().name(socket.name()).spawn(move || {
            for stream in listener.incoming() {
                if stream.and_then(|stream| attend(stream, &program, &heard)).is_err() {
                    std::thread::sleep(REST);
                }
                set(&program, None);
            }
        })?;
        Ok(socket)
    }
}

/// Receives bytes from one program until it disconnects.
fn attend(mut stream: TcpStream, program: &Program, heard: &Heard) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    set(program, Some(stream.try_clone()?));
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) => heard(Ok(bytes[..count].to_vec())),
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
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stream) = &mut *program
            && stream.write_all(&lines).is_err()
        {
            // The receiving thread notices the shutdown.
            let _ = stream.shutdown(std::net::Shutdown::Both);
            *program = None;
        }
        Ok(())
    }
}
