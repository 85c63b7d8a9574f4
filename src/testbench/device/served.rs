//! Our end of a port that other programs open.

use std::io;

use super::place::Place;
#[cfg(unix)]
use super::pty::PseudoTerminal;
use super::socket::Socket;

/// What becomes of bytes that come.
pub type Heard = Box<dyn Fn(io::Result<Vec<u8>>) + Send>;

/// Our end of a port that other programs open.
pub trait Served {
    /// What a program names to open it.
    fn name(&self) -> String;

    /// The speed in baud that a program has set; `None` where there are no speeds.
    ///
    /// # Errors
    /// When the system does not tell.
    fn baud(&self) -> io::Result<Option<u32>> {
        Ok(None)
    }

    /// Sends whole lines.
    ///
    /// # Errors
    /// When the port is broken.
    fn write(&mut self, lines: Vec<u8>) -> io::Result<()>;

    /// Sends as much of what waits as fits.
    ///
    /// # Errors
    /// When the port is broken.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Whether something waits to be taken by a program that is there to take it.
    ///
    /// # Errors
    /// When the system does not tell.
    fn is_behind(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// Opens a port for other programs. What comes is heard in a thread of its own.
///
/// # Errors
/// When the place is taken, or the system has nothing of the kind.
pub fn serve(place: &Place, heard: Heard) -> io::Result<Box<dyn Served>> {
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
            "this system has no pseudo-terminals; name TCP instead, as in tcp:127.0.0.1:5000",
        )),
        Place::Tcp(address) => Ok(Box::new(Socket::open(*address, heard)?)),
    }
}
