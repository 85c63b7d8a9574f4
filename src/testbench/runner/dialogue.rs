//! Commands and replies: every reply is checked against its command, and every wait has an end.

use crate::parse::text::shown;
use crate::testbench::device::{Device, LinkError, Micros, Received, SECOND};

/// How long a line of an ordinary reply may take.
const LINE: Micros = 5 * SECOND;
/// How long a line of an `infer` may take, as the official runner waits.
pub const PATIENCE: Micros = 30 * SECOND;
/// How often a device is asked who it is.
const TRIES: usize = 3;
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
    /// How long a line of an `infer` may take.
    patience: Micros,
    tell: Tell<'a>,
}

/// Who is told how a run goes.
pub type Tell<'a> = &'a mut dyn FnMut(Progress<'_>);

/// How a run goes.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Something failed that costs nothing of the session.
    Warning(&'a str),
    /// Inputs measured, of all.
    Inputs(usize, usize),
    /// A command is not answered, not by a word.
    Silence {
        /// The command.
        command: &'a str,
        /// For how long.
        since: Micros,
        /// When it will be given up.
        patience: Micros,
    },
}

impl<'a> Talker<'a> {
    /// Talks to a device directly, or to the one behind a board.
    pub fn new(device: &'a mut dyn Device, relayed: bool, patience: Micros, tell: Tell<'a>) -> Self {
        Self { device, relayed, patience, tell }
    }

    /// Says how the run goes.
    pub fn tell(&mut self, progress: Progress<'_>) {
        (self.tell)(progress);
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

    fn settle(&mut self) -> Result<(), RunError> {
        Ok(crate::testbench::device::settle(self.device)?)
    }

    /// Waits for the banner of a device that has just got power, and answers with what came. A device that says
    /// nothing, or whose board does not pass it on, is up after that time.
    ///
    /// # Errors
    /// When the link is broken.
    pub fn boot(&mut self) -> Result<Vec<Received>, RunError> {
        let until = self.now() + LINE;
        let mut banner = Vec::new();
        while let Some(line) = self.device.receive(until.saturating_sub(self.now()))? {
            let ready = line.text.trim_ascii().ends_with(b"m-ready");
            banner.push(line);
            if ready || self.now() >= until {
                break;
            }
        }
        Ok(banner)
    }

    /// Asks the device something about itself until a reply holds the token that answers: replies to commands of an
    /// interrupted run may come first.
    ///
    /// # Errors
    /// When no such reply comes.
    pub fn ask(&mut self, command: &str, opening: &str) -> Result<(Exchange, String), RunError> {
        let mut last = None;
        for _ in 0..TRIES {
            match self.command(command) {
                Ok(exchange) => match self.token(&exchange, opening) {
                    Ok(value) => {
                        if last.is_some() {
                            // The answers to the earlier tries may come yet.
                            self.settle()?;
                        }
                        return Ok((exchange, value));
                    }
                    Err(error) => last = Some(error),
                },
                Err(error @ RunError::Reply { .. }) => last = Some(error),
                Err(error) => return Err(error),
            }
            self.settle()?;
        }
        Err(last.unwrap_or_else(|| RunError::Job(format!("`{command}` was not answered"))))
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
        let wait = if command.starts_with("infer") { self.patience } else { LINE };
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
            let Some(line) = self.line(&exchange, wait, relay)? else {
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

    /// The next line of a reply. A device that has not said a word for some seconds is worth a remark.
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

    /// The error for an exchange that is not what it should be.
    #[must_use]
    pub fn refused(&self, exchange: &Exchange, expected: &str) -> RunError {
        let last: Vec<String> =
            exchange.lines.iter().rev().take(3).rev().map(|line| format!("`{}`", shown(&line.text))).collect();
        RunError::Reply {
            device: self.device.name(),
            command: exchange.command.clone(),
            expected: expected.to_owned(),
            received: match (last.is_empty(), self.device.unfinished()) {
                (true, 0) => "nothing".to_owned(),
                (true, bytes) => format!("{bytes} bytes that are no line of text; {OTHER_BAUD}"),
                (false, _) if exchange.lines.iter().all(|line| !is_text(&line.text)) => {
                    format!("bytes that are not text; {OTHER_BAUD}")
                }
                (false, _) => last.join(", "),
            },
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

/// What to do about bytes of another speed.
const OTHER_BAUD: &str = "the device speaks at another speed: try --baud 115200, 9600 or 921600";

/// Whether a line is text, as every line of the firmware is.
fn is_text(line: &[u8]) -> bool {
    let strange = line.iter().filter(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()).count();
    2 * strange <= line.len()
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
    crate::parse::text::leading_integer(&line[at + opening.len()..]).map(|(value, _)| value)
}
