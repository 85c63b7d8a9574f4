//! Ports that other programs open.

use std::io;

use super::place::Place;
#[cfg(unix)]
use super::pty::PseudoTerminal;
use super::socket::Socket;

/// Callback for arriving bytes.
pub type Heard = Box<dyn Fn(io::Result<Vec<u8>>) + Send>;

/// This program's end of a port that other programs open.
pub trait Served {
    /// Returns the name under which a program opens the port.
    fn name(&self) -> String;

    /// Returns the baud rate that a program has set; `None` for TCP.
    ///
    /// # Errors
    /// When the system does not report it.
    fn baud(&self) -> io::Result<Option<u32>> {
        Ok(None)
    }

    /// Sends complete lines.
    ///
    /// # Errors
    /// When the port is broken.
    fn write(&mut self, lines: Vec<u8>) -> io::Result<()>;

    /// Sends as many of the waiting bytes as fit.
    ///
    /// # Errors
    /// When the port is broken.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Returns whether a connected program has not yet read everything.
    ///
    /// # Errors
    /// When the system does not report it.
    fn is_behind(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// Opens a port for other programs. Arriving bytes are passed to `heard` in a separate thread.
///
/// # Errors
/// When the place is in use, or the system has no pseudo-terminals.
pub(crate) fn serve(place: &Place, heard: Heard) -> io::Result<Box<dyn Served>> {
    match place {
        #[cfg(unix)]
        Place::Path(link) => {
            let terminal = PseudoTerminal::open(link)?;
            terminal.hear(heard)?;
            Ok(Box::new(terminal))
        }
        #[cfg(not(unix))]
        Place::Path(_) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this system does not have pseudo-terminals; use TCP instead, for example tcp:127.0.0.1:5000",
        )),
        Place::Tcp(address) => Ok(Box::new(Socket::open(*address, heard)?)),
    }
}
