//! Commands and replies: every reply is checked against its command, and every wait has a time-out.

use crate::parse::text::shown;
use crate::testbench::device::{Device, LinkError, MOST_OF_REPLY, Micros, Received, SECOND, discard_arrived};

/// Longest wait for a line of a reply, except for `infer`.
const LINE: Micros = 5 * SECOND;
/// Longest wait for a line of an `infer`, as in the official runner.
pub const PATIENCE: Micros = 30 * SECOND;
/// How often a device is asked for its name or profile.
const TRIES: usize = 3;
/// Maximum number of lines of one reply. A device that sends more is broken.
const MOST_LINES: usize = 20_000;
/// Longest command that fits into the firmware's buffer, in characters.
const LONGEST_COMMAND: usize = 80;

/// Command and its reply.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// Command as the device received it, without `%`.
    pub command: String,
    /// Time at which it was sent.
    pub sent: Micros,
    /// Lines of the reply, including `m-ready`; behind a board also the lines of the board itself.
    pub lines: Vec<Received>,
}

/// Why a session ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The link is broken.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The reply to a command is not as expected.
    #[error("{device}: unexpected reply to `{command}`: expected {expected}, received {received}")]
    Reply {
        /// Name of the link.
        device: String,
        /// The command.
        command: String,
        /// What was expected.
        expected: String,
        /// What was received.
        received: String,
    },
    /// The energy monitor does not work as expected.
    #[error("energy monitor: {0}")]
    Monitor(String),
    /// The job cannot be done.
    #[error("{0}")]
    Job(String),
    /// An input cannot be read.
    #[error("input {name}: {source}")]
    Input {
        /// Name of the input.
        name: String,
        /// Cause.
        source: std::io::Error,
    },
}

/// Longest time for a whole reply, in units of the longest wait for one of its lines.
const TOTAL: Micros = 10;

/// Sends commands, which end with `%`, to a device and reads its replies, which end with `m-ready`.
pub(crate) struct DeviceSession<'a> {
    device: &'a mut dyn Device,
    /// Whether the device is behind a board, which relays commands and replies.
    relayed: bool,
    /// Longest wait for a line of an `infer`.
    patience: Micros,
    tell: ProgressCallback<'a>,
}

/// Callback for the progress of a run.
pub(crate) type ProgressCallback<'a> = &'a mut dyn FnMut(Progress<'_>);

/// Progress of a run.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Something failed that does not affect the session.
    Warning(&'a str),
    /// Number of inputs measured, and of all inputs.
    Inputs(usize, usize),
    /// The device has not sent anything in reply to a command.
    Silence {
        /// The command.
        command: &'a str,
        /// For how long, so far.
        since: Micros,
        /// After how long the runner gives up.
        patience: Micros,
    },
}

impl<'a> DeviceSession<'a> {
    /// Creates a talker for a device that is connected directly, or behind a board.
    pub(crate) fn new(device: &'a mut dyn Device, relayed: bool, patience: Micros, tell: ProgressCallback<'a>) -> Self {
        Self { device, relayed, patience, tell }
    }

    /// Reports progress.
    pub(crate) fn tell(&mut self, progress: Progress<'_>) {
        (self.tell)(progress);
    }

    /// Returns the time of the host's clock.
    #[must_use]
    pub(crate) fn now(&self) -> Micros {
        self.device.now()
    }

    /// Waits, and discards lines that arrive meanwhile, because they do not belong to a command.
    ///
    /// # Errors
    /// When the link is broken.
    pub(crate) fn wait(&mut self, time: Micros) -> Result<(), RunError> {
        let until = self.now() + time;
        while self.now() < until {
            self.device.receive(until - self.now())?;
        }
        Ok(())
    }

    fn discard_pending(&mut self) -> Result<(), RunError> {
        Ok(crate::testbench::device::discard_pending(self.device)?)
    }

    /// Waits for the banner of a device that was just powered on, and returns it. If no banner comes, because the
    /// device does not send one or its board does not relay it, the device is up after the wait.
    ///
    /// # Errors
    /// When the link is broken.
    pub(crate) fn boot(&mut self) -> Result<Vec<Received>, RunError> {
        let until = self.now() + LINE;
        let (mut banner, mut bytes) = (Vec::new(), 0);
        while let Some(line) = self.device.receive(until.saturating_sub(self.now()))? {
            let ready = line.text.trim_ascii().ends_with(b"m-ready");
            bytes += line.memory();
            banner.push(line);
            if ready || self.now() >= until || bytes > MOST_OF_REPLY {
                break;
            }
        }
        Ok(banner)
    }

    /// Sends a command until the reply contains the token that starts with `opening`, and returns the token's value.
    /// Replies to commands of an interrupted run may come first.
    ///
    /// # Errors
    /// When no such reply comes.
    pub(crate) fn ask(&mut self, command: &str, opening: &str) -> Result<(Exchange, String), RunError> {
        let mut last = None;
        for _ in 0..TRIES {
            match self.command(command) {
                Ok(exchange) => match self.token(&exchange, opening) {
                    Ok(value) => {
                        if last.is_some() {
                            // Replies to earlier attempts may still arrive.
                            self.discard_pending()?;
                        }
                        return Ok((exchange, value));
                    }
                    Err(error) => last = Some(error),
                },
                Err(error @ RunError::Reply { .. }) => last = Some(error),
                Err(error) => return Err(error),
            }
            self.discard_pending()?;
        }
        Err(last.unwrap_or_else(|| RunError::Job(format!("`{command}` was not answered"))))
    }

    /// Returns the number of bytes of an input per `db` command, as in the MLCommons runner.
    #[must_use]
    pub(crate) const fn chunk(&self) -> usize {
        if self.relayed { 26 } else { 31 }
    }

    /// Sends a command to the device under test and reads its reply.
    ///
    /// # Errors
    /// When the command is empty or too long, no reply comes, or the device restarts.
    pub(crate) fn command(&mut self, command: &str) -> Result<Exchange, RunError> {
        if command.trim().is_empty() || command.len() > LONGEST_COMMAND {
            let message =
                format!("a command must have 1 to {LONGEST_COMMAND} characters; `{command}` has {}", command.len());
            return Err(RunError::Job(message));
        }
        let wait = if command.starts_with("infer") { self.patience } else { LINE };
        if !self.relayed {
            return self.exchange(command, command, wait, b"");
        }
        self.exchange(&format!("dut {command}"), command, wait, b"[dut]:")
    }

    /// Sends a command to the board itself and reads its reply.
    ///
    /// # Errors
    /// When a line of the reply does not come within `wait`.
    pub(crate) fn board_command(&mut self, command: &str, wait: Micros) -> Result<Exchange, RunError> {
        self.exchange(command, command, wait, b"")
    }

    fn exchange(&mut self, sent: &str, command: &str, wait: Micros, relay: &[u8]) -> Result<Exchange, RunError> {
        // Lines that came before the command do not belong to its reply.
        discard_arrived(self.device)?;
        let mut exchange = Exchange { command: command.to_owned(), sent: self.device.now(), lines: Vec::new() };
        self.device.send(format!("{sent}%").as_bytes())?;
        let mut bytes = 0;
        loop {
            let Some(line) = self.line(&exchange, wait, relay)? else {
                let seconds = wait / SECOND;
                return Err(self.refused(&exchange, &format!("a line that ends in m-ready within {seconds} s")));
            };
            let text = line.text.trim_ascii();
            let meant = text.starts_with(relay);
            let ready = text.ends_with(b"m-ready") && meant;
            let restarted = memchr::memmem::find(text, b"m-timestamp-mode-").is_some();
            let error = memchr::memmem::find(text, b"e-[").is_some_and(|at| at == 0 || text[at - 1] != b'l');
            bytes += line.memory();
            exchange.lines.push(line);
            if restarted {
                return Err(self.refused(&exchange, "a reply, but the device restarted"));
            }
            if error {
                return Err(self.refused(&exchange, "a reply without an error"));
            }
            if ready {
                return Ok(exchange);
            }
            // A device that prints from time to time must not hold the runner for ever.
            if self.device.now() > exchange.sent + TOTAL * wait {
                let seconds = TOTAL * wait / SECOND;
                return Err(self.refused(&exchange, &format!("a line that ends in m-ready within {seconds} s in all")));
            }
            if exchange.lines.len() > MOST_LINES || bytes > MOST_OF_REPLY {
                return Err(self.refused(&exchange, "a reply that ends with m-ready"));
            }
        }
    }

    /// Receives the next line of a reply. Reports if the device has not sent anything for some seconds.
    fn line(&mut self, exchange: &Exchange, wait: Micros, relay: &[u8]) -> Result<Option<Received>, RunError> {
        let spoke = exchange.lines.iter().any(|line| line.text.trim_ascii().starts_with(relay));
        if spoke || wait <= LINE {
            return Ok(self.device.receive(wait)?);
        }
        if let Some(line) = self.device.receive(LINE)? {
            return Ok(Some(line));
        }
        (self.tell)(Progress::Silence { command: &exchange.command, since: LINE, patience: wait });
        Ok(self.device.receive(wait - LINE)?)
    }

    /// Returns the error for an exchange that is not as expected.
    #[must_use]
    pub(crate) fn refused(&self, exchange: &Exchange, expected: &str) -> RunError {
        // TCP has no baud rate.
        let other_baud = if self.device.name().starts_with("tcp:") { "" } else { OTHER_BAUD };
        let last: Vec<String> =
            exchange.lines.iter().rev().take(3).rev().map(|line| format!("`{}`", shown(&line.text))).collect();
        RunError::Reply {
            device: self.device.name(),
            command: exchange.command.clone(),
            expected: expected.to_owned(),
            received: match (last.is_empty(), self.device.unfinished()) {
                (true, 0) => "nothing".to_owned(),
                (true, bytes) => format!("{bytes} bytes that are not a line of text{other_baud}"),
                (false, _) if exchange.lines.iter().all(|line| !is_text(&line.text)) => {
                    format!("bytes that are not text{other_baud}")
                }
                (false, _) => last.join(", "),
            },
        }
    }

    /// Returns the value of a token in a reply, for example `kws01` of `m-model-[kws01]`.
    ///
    /// # Errors
    /// When no line contains the token.
    pub(crate) fn token(&self, exchange: &Exchange, opening: &str) -> Result<String, RunError> {
        exchange
            .lines
            .iter()
            .find_map(|line| token(&line.text, opening))
            .ok_or_else(|| self.refused(exchange, &format!("a line with {opening}…]")))
    }

    /// Loads an input and verifies that all of it has arrived. Returns the times of start and end.
    ///
    /// # Errors
    /// When the device reports an error or does not confirm that the load is complete.
    pub(crate) fn load(&mut self, bytes: &[u8]) -> Result<(Micros, Micros), RunError> {
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

/// Hint for bytes that arrive garbled.
const OTHER_BAUD: &str = "; the device uses another baud rate: try --baud 115200, 9600 or 921600";

/// Returns whether a line is text, like every line of the firmware.
fn is_text(line: &[u8]) -> bool {
    let strange = line.iter().filter(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()).count();
    2 * strange <= line.len()
}

/// Returns the text between an opening and the next closing bracket.
#[must_use]
pub(crate) fn token(line: &[u8], opening: &str) -> Option<String> {
    let at = memchr::memmem::find(line, opening.as_bytes())?;
    let rest = &line[at + opening.len()..];
    let end = memchr::memchr(b']', rest)?;
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// Returns the number after an opening, for example 123 of `m-lap-us-123`.
#[must_use]
pub(crate) fn digits(line: &[u8], opening: &str) -> Option<u64> {
    let at = memchr::memmem::find(line, opening.as_bytes())?;
    crate::parse::text::leading_integer(&line[at + opening.len()..]).map(|(value, _)| value)
}
