//! Commands and replies: every reply is checked against its command, and every wait has an end.

use crate::bench::device::{Device, LinkError, Micros, Received, SECOND};
use crate::read::log::text::shown;

/// How long a line of an ordinary reply may take.
const LINE: Micros = 5 * SECOND;
/// How long a line of an `infer` may take: a window of a slow device, and more.
const INFER_LINE: Micros = 300 * SECOND;
/// Most lines of one reply; a device that talks on is broken.
const MOST_LINES: usize = 20_000;
/// Longest command the firmware's buffer holds.
const LONGEST_COMMAND: usize = 80;

/// A command and the lines it was answered with.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The command as the device got it, without `%`.
    pub command: String,
    /// When it was sent.
    pub sent: Micros,
    /// The reply, `m-ready` included; behind a board also what the board itself says.
    pub lines: Vec<Received>,
}

/// Why a session ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The link is broken.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A reply was not what the command asks for.
    #[error("{device}: `{command}` was not answered as it should be: expected {expected}, received {received}")]
    Reply {
        /// The link.
        device: String,
        /// The command.
        command: String,
        /// What was expected.
        expected: String,
        /// What came.
        received: String,
    },
    /// The energy monitor lost something.
    #[error("energy monitor: {0}")]
    Monitor(String),
    /// The job itself cannot be done.
    #[error("{0}")]
    Job(String),
    /// An input cannot be read.
    #[error("input {name}: {source}")]
    Input {
        /// Its name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A device that takes commands ending in `%` and ends its replies with `m-ready`.
pub struct Talker<'a> {
    device: &'a mut dyn Device,
    /// Whether a board stands between, so that commands are passed on and replies relayed.
    relayed: bool,
}

impl<'a> Talker<'a> {
    /// Talks to a device directly.
    pub fn direct(device: &'a mut dyn Device) -> Self {
        Self { device, relayed: false }
    }

    /// Talks to the device behind a board.
    pub fn relayed(board: &'a mut dyn Device) -> Self {
        Self { device: board, relayed: true }
    }

    /// The host's clock.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.device.now()
    }

    /// Lets time pass; whatever comes meanwhile belongs to no command.
    ///
    /// # Errors
    /// When the link is broken.
    pub fn wait(&mut self, time: Micros) -> Result<(), RunError> {
        let until = self.now() + time;
        while self.now() < until {
            self.device.receive(until - self.now())?;
        }
        Ok(())
    }

    /// Most bytes of an input that fit into one `db` command, as the MLCommons runner cuts them.
    #[must_use]
    pub const fn chunk(&self) -> usize {
        if self.relayed { 26 } else { 31 }
    }

    /// Sends a command to the device under test and reads its reply.
    ///
    /// # Errors
    /// When the command is empty or too long, no reply comes, or the device restarts.
    pub fn command(&mut self, command: &str) -> Result<Exchange, RunError> {
        if command.trim().is_empty() || command.len() > LONGEST_COMMAND {
            let message = format!("a command has 1 to {LONGEST_COMMAND} characters, `{command}` has {}", command.len());
            return Err(RunError::Job(message));
        }
        let wait = if command.starts_with("infer") { INFER_LINE } else { LINE };
        if !self.relayed {
            return self.exchange(command, command, wait, b"");
        }
        self.exchange(&format!("dut {command}"), command, wait, b"[dut]:")
    }

    /// Sends a command to the board itself and reads its reply.
    ///
    /// # Errors
    /// When no reply comes within `wait` a line.
    pub fn board_command(&mut self, command: &str, wait: Micros) -> Result<Exchange, RunError> {
        self.exchange(command, command, wait, b"")
    }

    fn exchange(&mut self, sent: &str, command: &str, wait: Micros, relay: &[u8]) -> Result<Exchange, RunError> {
        // Whatever came unasked belongs to no command.
        while self.device.receive(0)?.is_some() {}
        let mut exchange = Exchange { command: command.to_owned(), sent: self.device.now(), lines: Vec::new() };
        self.device.send(format!("{sent}%").as_bytes())?;
        loop {
            let Some(line) = self.device.receive(wait)? else {
                let seconds = wait / SECOND;
                return Err(self.refused(&exchange, &format!("a line that ends in m-ready within {seconds} s")));
            };
            let text = line.text.trim_ascii();
            let meant = text.starts_with(relay);
            let ready = text.ends_with(b"m-ready") && meant;
            let restarted = memchr::memmem::find(text, b"m-timestamp-mode-").is_some();
            let error = memchr::memmem::find(text, b"e-[").is_some_and(|at| at == 0 || text[at - 1] != b'l');
            exchange.lines.push(line);
            if restarted {
                return Err(self.refused(&exchange, "a reply, but the device restarted"));
            }
            if error {
                return Err(self.refused(&exchange, "no error of the device"));
            }
            if ready {
                return Ok(exchange);
            }
            if exchange.lines.len() > MOST_LINES {
                return Err(self.refused(&exchange, "a reply that ends"));
            }
        }
    }

    /// The error for an exchange that is not what it should be.
    #[must_use]
    pub fn refused(&self, exchange: &Exchange, expected: &str) -> RunError {
        let last: Vec<String> =
            exchange.lines.iter().rev().take(3).rev().map(|line| format!("`{}`", shown(&line.text))).collect();
        RunError::Reply {
            device: self.device.name(),
            command: exchange.command.clone(),
            expected: expected.to_owned(),
            received: if last.is_empty() { "nothing".to_owned() } else { last.join(", ") },
        }
    }

    /// Finds the token of a reply, `m-model-[kws01]`, wherever it stands in a line.
    ///
    /// # Errors
    /// When no line holds it.
    pub fn token(&self, exchange: &Exchange, opening: &str) -> Result<String, RunError> {
        exchange
            .lines
            .iter()
            .find_map(|line| token(&line.text, opening))
            .ok_or_else(|| self.refused(exchange, &format!("a line with {opening}…]")))
    }

    /// Loads an input and makes sure that all of it has arrived.
    ///
    /// # Errors
    /// When the device refuses a part or does not confirm the whole.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(Micros, Micros), RunError> {
        let started = self.now();
        let opened = self.command(&format!("db load {}", bytes.len()))?;
        let expected = format!("Expecting {} bytes", bytes.len());
        if !opened.lines.iter().any(|line| memchr::memmem::find(&line.text, expected.as_bytes()).is_some()) {
            return Err(self.refused(&opened, &format!("m-[{expected}]")));
        }
        let mut last = opened;
        let chunk = self.chunk();
        for part in bytes.chunks(chunk) {
            let mut command = String::with_capacity(3 + 2 * part.len());
            command.push_str("db ");
            for byte in part {
                for digit in [byte >> 4, byte & 15] {
                    command.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
                }
            }
            last = self.command(&command)?;
        }
        if last.lines.iter().any(|line| memchr::memmem::find(&line.text, b"m-load-done").is_some()) {
            Ok((started, self.now()))
        } else {
            Err(self.refused(&last, "m-load-done after the last byte"))
        }
    }
}

/// What stands between an opening and the next closing bracket.
#[must_use]
pub fn token(line: &[u8], opening: &str) -> Option<String> {
    let at = memchr::memmem::find(line, opening.as_bytes())?;
    let rest = &line[at + opening.len()..];
    let end = memchr::memchr(b']', rest)?;
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// The digits after an opening, `m-lap-us-123`.
#[must_use]
pub fn digits(line: &[u8], opening: &str) -> Option<u64> {
    let at = memchr::memmem::find(line, opening.as_bytes())?;
    crate::read::log::text::leading_integer(&line[at + opening.len()..]).map(|(value, _)| value)
}
