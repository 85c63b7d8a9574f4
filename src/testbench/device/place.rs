//! Where a port is: a serial port or pseudo-terminal by its name, or TCP on this machine.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What begins the name of a port that is reached by TCP.
const TCP: &str = "tcp:";

/// Where a port is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// As the system names it: `/dev/ttyACM0`, `COM3`, or a pseudo-terminal's link.
    Path(PathBuf),
    /// TCP, `tcp:127.0.0.1:5000`: for systems without pseudo-terminals. Nobody is asked who they are, so only this
    /// machine is served and spoken to.
    Tcp(SocketAddr),
}

impl TryFrom<OsString> for Place {
    type Error = PlaceError;

    fn try_from(name: OsString) -> Result<Self, PlaceError> {
        let Some(address) = name.to_str().and_then(|name| name.strip_prefix(TCP)) else {
            return Ok(Self::Path(name.into()));
        };
        let address: SocketAddr = address.parse().map_err(|_| PlaceError::NoAddress)?;
        if !address.ip().is_loopback() {
            return Err(PlaceError::Elsewhere);
        }
        Ok(Self::Tcp(address))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Tcp(address) => write!(f, "{TCP}{address}"),
        }
    }
}

/// Why something is no place of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// It says TCP and no address.
    #[error("expected an address and a port, as in tcp:127.0.0.1:5000")]
    NoAddress,
    /// It is another machine's address.
    #[error("TCP is for programs on this machine only: expected 127.0.0.1 or [::1]")]
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_by_tcp() {
        let place = |name: &str| Place::try_from(OsString::from(name));
        for name in ["/dev/ttyACM0", "COM3", "tcp", "./tcp:x"] {
            assert_eq!(place(name), Ok(Place::Path(name.into())));
        }
        for name in ["tcp:127.0.0.1:5000", "tcp:[::1]:0", "tcp:127.1.2.3:65535"] {
            assert_eq!(place(name).unwrap().to_string(), name);
            assert!(matches!(place(name), Ok(Place::Tcp(_))));
        }
        for name in ["tcp:", "tcp:127.0.0.1", "tcp:5000", "tcp:example.org:80", "tcp:127.0.0.1:70000"] {
            assert_eq!(place(name), Err(PlaceError::NoAddress), "{name}");
        }
        for name in ["tcp:0.0.0.0:5000", "tcp:10.0.0.1:5000", "tcp:[::]:5000", "tcp:[::ffff:127.0.0.1]:5000"] {
            assert_eq!(place(name), Err(PlaceError::Elsewhere), "{name}");
        }
    }
}
