//! Place of a port: a serial port or pseudo-terminal by its path, or TCP on this machine.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Prefix of a TCP place.
const TCP: &str = "tcp:";

/// Place of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Path or name in the system: `/dev/ttyACM0`, `COM3`, or the link to a pseudo-terminal.
    Path(PathBuf),
    /// TCP, `tcp:127.0.0.1:5000`, for systems without pseudo-terminals. There is no authentication, so only addresses
    /// of this machine are allowed.
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

/// Error of a text that is not a place of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The address is missing or not valid.
    #[error("expected an address and a port, as in tcp:127.0.0.1:5000")]
    NoAddress,
    /// The address is that of another machine.
    #[error("TCP is for programs on this machine only: expected 127.0.0.1 or [::1]")]
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_allowed() {
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
