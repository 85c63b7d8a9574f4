//! A pseudo-terminal that other programs open like a serial port, under a name of our choice.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::pty::OpenptFlags;
use rustix::termios::OptionalActions;

/// The host's end of a pseudo-terminal and the symbolic link to the other end, which is removed in the end.
pub struct PseudoTerminal {
    host: File,
    /// Kept open, so that programs may come and go.
    other_end: File,
    link: PathBuf,
}

impl PseudoTerminal {
    /// Opens a pseudo-terminal in raw mode, reachable under `link`.
    ///
    /// # Errors
    /// When there is something at `link` already, or the system has no pseudo-terminals.
    pub fn open(link: &Path) -> io::Result<Self> {
        let host = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        rustix::pty::grantpt(&host)?;
        rustix::pty::unlockpt(&host)?;
        let name = rustix::pty::ptsname(&host, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let other_end = rustix::fs::open(name.as_c_str(), flags, rustix::fs::Mode::empty())?;
        // Before the first byte: a terminal that is not raw would echo the device's own words back to it.
        let mut settings = rustix::termios::tcgetattr(&other_end)?;
        settings.make_raw();
        rustix::termios::tcsetattr(&other_end, OptionalActions::Now, &settings)?;
        let status = rustix::fs::fcntl_getfl(&host)?;
        rustix::fs::fcntl_setfl(&host, status | OFlags::NONBLOCK)?;
        let target = name.to_string_lossy().into_owned();
        std::os::unix::fs::symlink(target, link)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", link.display())))?;
        Ok(Self { host: host.into(), other_end: other_end.into(), link: link.to_owned() })
    }

    /// The host's end, to be waited for.
    #[must_use]
    pub const fn host(&self) -> &File {
        &self.host
    }

    /// The speed in baud that a program has set.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn baud(&self) -> io::Result<u32> {
        Ok(rustix::termios::tcgetattr(&self.other_end)?.output_speed())
    }

    /// What has come, at once; nothing if nothing has.
    ///
    /// # Errors
    /// When the terminal is broken.
    pub fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = [0; 4096];
        match self.host.read(&mut bytes) {
            Ok(count) => Ok(bytes[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Writes as much as fits; what nobody reads is lost, as on a real wire.
    ///
    /// # Errors
    /// When the terminal is broken.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.host.write(bytes) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        // Nobody is left to tell if it fails.
        let _ = std::fs::remove_file(&self.link);
    }
}
