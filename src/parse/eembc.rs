//! Parser of `log.txt` of the EEMBC EnergyRunner: `HOST SOURCE: MESSAGE` lines, in all three modes.
//!
//! A line without that prefix continues the device message before it. Devices echo commands, print debug text directly
//! before a token, colour their output and begin it with carriage returns. So tokens such as `m-lap-us-123` are
//! searched anywhere in a device message. Time stamps that an interface board or energy monitor prints are not the
//! device's.

use memchr::memmem;

use super::log::{Inference, Pauses, SessionLog, Stamp};
use super::text::{self, Stamped};
use crate::parse::location::{At, Damage, Line};
use crate::round::fingerprint::fingerprint;
use crate::round::{Mode, Runner};

/// Most loads whose durations are kept.
const MOST_LOADS: usize = 2000;

/// Whether the first 50 lines have a line of this runner.
#[must_use]
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    text::lines(bytes).take(50).any(|(_, line)| text::stamped(line).is_some())
}

/// Reads a log.
#[must_use]
pub fn parse(bytes: &[u8]) -> SessionLog {
    let mut parser = Parser::default();
    parser.block(bytes);
    parser.finish()
}

/// Reads a log in blocks of whole lines.
pub struct Parser {
    log: SessionLog,
    /// Number of lines in the blocks before.
    line: Line,
    /// Host time of the last line that had one.
    now_ms: u64,
    /// Who wrote the last prefixed line, if it is a device message; continuation lines belong to it.
    device: Option<Speaker>,
    /// The loaded input, for the next `infer`.
    loaded: Inference,
    /// Whether the last inference is not done yet.
    open: bool,
    /// What the session is doing.
    phase: Phase,
    /// What was said about the load of the input.
    load: Load,
    /// Host time at which the bytes of the input were sent.
    sending_ms: Option<u64>,
    /// The last sequence number.
    sequence: Option<u64>,
    run_name: Option<At<bool>>,
    run_mode: Option<At<Mode>>,
    stop_id: Option<String>,
}

/// What a session is doing, so that a pause has a cause.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// Something that may take long: setting up, loading, warming up, inferring.
    Busy,
    /// An `infer` command was sent.
    Commanded,
    /// Inferences start; the first time stamp is to come.
    Started,
    /// The second time stamp was printed; the end of inferences is to come.
    Stopped,
    /// Nothing is left to do but to print and to send the next command.
    Between,
}

/// What a log says about the load of an input, in bytes.
#[derive(Default, Clone, Copy)]
struct Load {
    /// The offset in the command.
    offset: Option<u64>,
    /// The length in the command.
    length: Option<u64>,
    /// `File size is 490, loading...`
    file: Option<u64>,
    /// `Starting at byte offset 0`
    start: Option<u64>,
}

impl Load {
    /// Returns what is wrong with sending `bytes` bytes.
    fn contradiction(self, bytes: u64) -> Option<String> {
        let start = self.start.unwrap_or(0);
        let commanded = self.offset.unwrap_or(0);
        if self.start.is_some() && start != commanded {
            return Some(format!("the input is sent from byte {start}; the command says {commanded}"));
        }
        if let Some(length) = self.length.filter(|length| *length != bytes) {
            return Some(format!("{bytes} bytes are sent; the command says {length}"));
        }
        let whole = self.length.is_none() && self.offset.is_none();
        let file = self.file.filter(|file| start.saturating_add(bytes) > *file || whole && bytes != *file)?;
        Some(format!("{bytes} bytes are sent from byte {start}; the file is stated to have {file}"))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Speaker {
    Device,
    Board,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            log: SessionLog::new(Runner::Eembc),
            line: 0,
            now_ms: 0,
            device: None,
            loaded: Inference::default(),
            open: false,
            phase: Phase::Busy,
            load: Load::default(),
            sending_ms: None,
            sequence: None,
            run_name: None,
            run_mode: None,
            stop_id: None,
        }
    }
}

impl Parser {
    /// Reads the next block of lines.
    pub fn block(&mut self, bytes: &[u8]) {
        for (line, content) in text::lines_after(self.line, bytes) {
            self.line(line, content);
            self.line = line;
        }
    }

    fn line(&mut self, line: Line, content: &[u8]) {
        let Some(Stamped { ms, source, message }) = text::stamped(content) else {
            let is_read = self.device.is_some_and(|speaker| self.device_message(line, content, None, speaker));
            self.log.lines_read.count(is_read, content, line);
            return;
        };
        self.log.record_time(line, self.now_ms, ms);
        self.pause(line, ms);
        self.now_ms = ms;
        self.device = None;
        // An error counts from any source; those of the device and its board are handled below.
        let failed = message.starts_with(b"e-[") && !matches!(source, b"dut" | b"io" | b"emon");
        if failed {
            self.failure(line, message);
        }
        let is_read = match source {
            b"dut" => self.stamped_device_message(line, message, Speaker::Device),
            b"io" | b"emon" => {
                if let Some(relayed) = message.strip_prefix(b"[dut]:") {
                    self.stamped_device_message(line, relayed.trim_ascii(), Speaker::Board)
                } else {
                    let is_of_bench = self.bench_message(line, message, ms);
                    self.stamped_device_message(line, message, Speaker::Board) || is_of_bench
                }
            }
            b"parser" => self.parser_message(line, message),
            b"session" => self.session_message(line, message),
            b"sequencer" => self.sequencer_message(line, message),
            _ => false,
        };
        self.log.lines_read.count(is_read || failed, message, line);
    }

    /// Records the pause before a line, if it is the longest of its kind.
    fn pause(&mut self, line: Line, ms: u64) {
        let Pauses { between, command, start, stop } = &mut self.log.pauses;
        let longest = match self.phase {
            Phase::Busy => return,
            Phase::Commanded => command,
            Phase::Started => start,
            Phase::Stopped => stop,
            Phase::Between => between,
        };
        let pause = ms.saturating_sub(self.now_ms);
        if longest.is_none_or(|longest| longest.value < pause) {
            *longest = Some(At::new(pause, line));
        }
    }

    /// Reads `0.204 sec, or 15.078 kB/sec`, the duration of a load.
    fn load_time(&mut self, line: Line, rest: &[u8]) {
        let stated = text::leading_number(rest).map(|(seconds, _)| seconds * 1000.0);
        let Some(stated) = stated.filter(|ms| (0.0..1e12).contains(ms)) else { return };
        if self.log.loads_ms.len() < MOST_LOADS {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within range
            self.log.loads_ms.push(stated.round().min(f64::from(u16::MAX)) as u16);
        }
        let Some(sent) = self.sending_ms.take() else { return };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within range
        let times = (stated.round() as u64, self.now_ms.saturating_sub(sent));
        let difference = |(stated, measured): (u64, u64)| stated.abs_diff(measured);
        if self.log.load_time.is_none_or(|worst| difference(worst.value) < difference(times)) {
            self.log.load_time = Some(At::new(times, line));
        }
    }

    fn failure(&mut self, line: Line, message: &[u8]) {
        let said = At::new(text::shown(message), line);
        self.log.failure.get_or_insert_with(|| said.clone());
        self.log.summary.runner_errors.push(said);
    }

    /// Reads a message of the interface board or the energy monitor about itself. Like the other functions that read a
    /// message, returns whether it takes part in the audit.
    fn bench_message(&mut self, line: Line, message: &[u8], ms: u64) -> bool {
        if message.starts_with(b"m-trace[on]") {
            self.log.trace_on_ms = Some(ms);
        } else if message.starts_with(b"m-trace[off]") {
            self.log.trace_off_ms = Some(ms);
        } else if message.starts_with(b"m-regfile-fn[") {
            let name = memmem::find(message, b"-name[").and_then(|at| bracketed(&message[at..], b"-name["));
            self.log.monitor = self.log.monitor.take().or(name.map(|name| At::new(text::shown(name), line)));
        } else if let Some(millivolts) = bracketed(message, b"m-voltage-mv[").and_then(text::integer) {
            let stated = *self.log.voltage_mv.get_or_insert(At::new(millivolts, line));
            if stated.value != millivolts {
                self.log.other_voltage_mv.get_or_insert(At::new(millivolts, line));
            }
        } else if let Some(rest) = message.strip_prefix(b"m-[Dropped ") {
            // `0 packets out of 2652928, 0%]`
            let counts = text::leading_integer(rest).and_then(|(dropped, rest)| {
                let (all, _) = text::leading_integer(rest.strip_prefix(b" packets out of ")?)?;
                Some((dropped, all))
            });
            self.log.dropped = counts.map(|counts| At::new(counts, line));
        } else {
            return false;
        }
        true
    }

    fn session_message(&mut self, line: Line, message: &[u8]) -> bool {
        self.log.end_ms = Some(self.now_ms);
        if let Some(id) = bracketed(message, b"m-session-start-id[") {
            self.log.session = Some(At::new(text::shown(id), line));
            self.log.starts += 1;
        } else if let Some(id) = bracketed(message, b"m-session-stop-id[") {
            self.stop_id = Some(text::shown(id));
            self.log.closed = true;
        } else {
            return false;
        }
        true
    }

    /// Checks that commands are numbered consecutively: `m-sequencing-i[5]-command[…]`.
    fn sequencer_message(&mut self, line: Line, message: &[u8]) -> bool {
        if message.starts_with(b"m-sequencer-start") {
            self.sequence = None;
        } else if let Some(rest) = message.strip_prefix(b"m-sequencing-i[")
            && let Some((number, _)) = text::leading_integer(rest)
        {
            if let Some(before) = self.sequence.filter(|before| before.checked_add(1) != Some(number)) {
                self.log.sequence_broken.get_or_insert(At::new((before, number), line));
            }
            self.sequence = Some(number);
        } else {
            return false;
        }
        true
    }

    fn parser_message(&mut self, line: Line, message: &[u8]) -> bool {
        if let Some(command) = message.strip_prefix(b"Command \"") {
            let command = command.strip_suffix(b"\"").unwrap_or(command);
            self.command(line, command);
        } else if let Some(count) = message.strip_prefix(b"File size is ") {
            self.load.file = text::leading_integer(count).map(|(bytes, _)| bytes);
        } else if let Some(offset) = message.strip_prefix(b"Starting at byte offset ") {
            self.load.start = text::leading_integer(offset).map(|(offset, _)| offset);
        } else if let Some(count) = message.strip_prefix(b"Sending ") {
            let bytes = text::leading_integer(count).map(|(bytes, _)| bytes);
            self.loaded.bytes = bytes.and_then(|bytes| u32::try_from(bytes).ok());
            if self.log.statement_disagrees.is_none() {
                let contradiction = bytes.and_then(|bytes| self.load.contradiction(bytes));
                self.log.statement_disagrees = contradiction.map(|message| At::new(message, line));
            }
            self.sending_ms = Some(self.now_ms);
        } else if let Some(rest) = message.strip_prefix(b"Binary load took ") {
            self.phase = Phase::Between;
            self.load_time(line, rest);
        } else if message.starts_with(b"m-bload") {
            self.phase = Phase::Between;
        } else if let Some(version) = bracketed(message, b"m-version[") {
            self.log.runner_version = Some(At::new(text::shown(version), line));
        } else if message.starts_with(b"m-bmark-run-name[") {
            self.run_name = Some(At::new(memmem::find(message, b"-code[ulp-ml]").is_some(), line));
        } else if let Some(rest) = message.strip_prefix(b"m-bm-cfg-name[")
            && let Some(at) = memmem::find(rest, b"-key[iterInfer]-val[")
        {
            let count = text::leading_integer(&rest[at + b"-key[iterInfer]-val[".len()..]);
            self.log.configured_iterations = count.map(|(count, _)| At::new(count, line));
        } else if let Some(rest) = message.strip_prefix(b"m-bm-cfg-name[")
            && let Some(at) = memmem::find(rest, b"-key[runMode]-val[")
        {
            let mode = match &rest[at + b"-key[runMode]-val[".len()..] {
                b"multi]" => Mode::Accuracy,
                b"single]" => {
                    self.log.single_mode = Some(At::new((), line));
                    Mode::Performance
                }
                _ => Mode::Performance,
            };
            self.run_mode = Some(At::new(mode, line));
        } else {
            return false;
        }
        true
    }

    fn command(&mut self, line: Line, command: &[u8]) {
        self.log.commands.push(At::new(fingerprint(command), line));
        self.phase = Phase::Busy;
        if command.starts_with(b"bload") {
            self.load(line, command);
        } else if let Some(arguments) =
            command.strip_prefix(b"dut infer ").or_else(|| command.strip_prefix(b"io dut infer "))
        {
            let mut numbers = arguments.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).map(text::integer);
            let Some(iterations) = numbers.next().flatten() else {
                let found = text::shown(command);
                self.log.damage.push(Damage::new(line, format!("`{found}` does not give the number of inferences")));
                return;
            };
            let warmups = numbers.next().flatten().unwrap_or(0);
            self.log.inferences.push(Inference { line, iterations, warmups, ..self.loaded });
            self.open = true;
            self.phase = Phase::Commanded;
        } else {
            self.open = false;
        }
    }

    /// Reads `bload dut "PATH" OFFSET LENGTH` or `bloadp "PATH"`. The path has the separators of the host's system.
    fn load(&mut self, line: Line, command: &[u8]) {
        self.open = false;
        (self.loaded, self.load) = (Inference::default(), Load::default());
        let Some((path, rest)) = memchr::memchr(b'"', command)
            .map(|open| &command[open + 1..])
            .and_then(|quoted| memchr::memrchr(b'"', quoted).map(|close| (&quoted[..close], &quoted[close + 1..])))
        else {
            let found = text::shown(command);
            self.log.damage.push(Damage::new(line, format!("`{found}` does not name a file in quotes")));
            return;
        };
        let name = memchr::memrchr2(b'/', b'\\', path).map_or(path, |at| &path[at + 1..]);
        self.loaded.input = Some(self.log.intern(name));
        if let Some((offset, rest)) = text::leading_integer(rest.trim_ascii()) {
            self.loaded.offset = u32::try_from(offset).unwrap_or(u32::MAX);
            let length = text::leading_integer(rest.trim_ascii()).map(|(length, _)| length);
            self.load = Load { offset: Some(offset), length, ..Load::default() };
        }
    }

    fn stamped_device_message(&mut self, line: Line, message: &[u8], speaker: Speaker) -> bool {
        self.device = Some(speaker);
        self.device_message(line, message, Some(self.now_ms), speaker)
    }

    /// Reads all `m-…` tokens of a device message; a message may contain several.
    fn device_message(&mut self, line: Line, message: &[u8], host_ms: Option<u64>, speaker: Speaker) -> bool {
        let mut is_read = message.starts_with(b"e-[");
        if is_read {
            self.failure(line, message);
        }
        if message.len() > b"Input db has ".len() && memchr::memchr(b'I', message).is_some() {
            is_read |= self.log.record_short_input(message, line);
        }
        if speaker == Speaker::Device && self.open && self.log.inferences.last().is_some_and(|one| one.stamps == 1) {
            let text = &message[..memmem::find(message, b"m-").unwrap_or(message.len())];
            if text.iter().any(u8::is_ascii_alphanumeric) {
                self.log.record_device_text(text, line);
                is_read = true;
            }
        }
        // The next closing bracket, kept so that it is searched once for many tokens.
        let mut close = 0;
        for at in memchr::memchr_iter(b'm', message) {
            if let Some(token) = message[at + 1..].strip_prefix(b"-") {
                if close <= at {
                    close = memchr::memchr(b']', &message[at..]).map_or(message.len(), |offset| at + offset);
                }
                let closed = (close < message.len()).then(|| &message[at + 2..close]);
                is_read |= self.token(line, token, closed, host_ms, speaker);
            }
        }
        is_read
    }

    /// Reads a token. `closed` is the token up to the next closing bracket, if there is one.
    fn token(
        &mut self,
        line: Line,
        token: &[u8],
        closed: Option<&[u8]>,
        host_ms: Option<u64>,
        speaker: Speaker,
    ) -> bool {
        let bracketed = |opening: &[u8]| closed.and_then(|closed| closed.strip_prefix(opening));
        if let Some(rest) = token.strip_prefix(b"lap-us-") {
            if speaker == Speaker::Device && self.open {
                self.lap(line, rest, host_ms);
            }
        } else if token.starts_with(b"warmup-done") {
            self.phase = Phase::Between;
        } else if token.starts_with(b"infer-done") {
            self.phase = Phase::Between;
            if self.open
                && let Some(inference) = self.log.inferences.last_mut()
            {
                inference.done_host_ms = Some(self.now_ms);
            }
            self.open = false;
        } else if let Some(rest) = token.strip_prefix(b"infer-start-") {
            if self.open
                && let Some(inference) = self.log.inferences.last_mut()
            {
                self.phase = Phase::Started;
                inference.begin_host_ms = Some(self.now_ms);
                inference.echoed_iterations = text::leading_integer(rest).map(|(value, _)| value);
            }
        } else if let Some(rest) = token.strip_prefix(b"warmup-start-") {
            if self.open
                && let Some(inference) = self.log.inferences.last_mut()
            {
                self.phase = Phase::Busy;
                inference.warmup_host_ms = Some(self.now_ms);
                inference.echoed_warmups = text::leading_integer(rest).map(|(value, _)| value);
            }
        } else if token.starts_with(b"timestamp-mode-energy") {
            self.log.energy_firmware.get_or_insert(At::new((), line));
        } else if token.starts_with(b"results-[") {
            self.results(line, bracketed(b"results-["));
        } else if let Some(model) = bracketed(b"model-[") {
            self.log.record_model(model, line);
        } else if speaker == Speaker::Device
            && let Some(name) = bracketed(b"name-dut-[")
        {
            self.log.device_name = Some(At::new(text::shown(name), line));
        } else {
            return false;
        }
        true
    }

    fn lap(&mut self, line: Line, digits: &[u8], host_ms: Option<u64>) {
        let Some(inference) = self.log.inferences.last_mut() else { return };
        let Some((us, _)) = text::leading_integer(digits) else {
            let found = text::shown(digits);
            self.log.damage.push(Damage::new(line, format!("`m-lap-us-{found}` is not a time stamp")));
            return;
        };
        inference.stamps += 1;
        self.phase = if inference.stamps == 1 { Phase::Busy } else { Phase::Stopped };
        let stamp = Some(Stamp { us, host_ms, line });
        match inference.stamps {
            1 => inference.start = stamp,
            2 => inference.stop = stamp,
            _ => {}
        }
    }

    /// Reads an output vector; `None` if it has no closing bracket.
    fn results(&mut self, line: Line, vector: Option<&[u8]>) {
        if let Some(inference) = self.log.inferences.last_mut() {
            inference.vectors += 1;
        }
        if self.log.inferences.last().is_none_or(|inference| inference.outputs.is_some()) {
            return;
        }
        let Some(vector) = vector else {
            self.log.damage.push(Damage::new(line, "the output vector has no closing bracket"));
            return;
        };
        let outputs = self.log.read_outputs(vector, line);
        if let Some(inference) = self.log.inferences.last_mut() {
            inference.outputs = Some(outputs);
        }
    }

    /// Returns the log, after all lines are read.
    #[must_use]
    pub fn finish(mut self) -> SessionLog {
        self.log.mode = match (self.run_name, self.run_mode) {
            (Some(At { value: true, line }), _) => Some(At::new(Mode::Energy, line)),
            (_, Some(mode)) => Some(mode),
            (Some(At { line, .. }), None) => {
                let timed = self.log.inferences.iter().any(|inference| inference.iterations > 1);
                Some(At::new(if timed { Mode::Performance } else { Mode::Accuracy }, line))
            }
            (None, None) => None,
        };
        if let (Some(start), Some(stop)) = (&self.log.session, &self.stop_id)
            && start.value != *stop
        {
            let message = format!("the session starts with id {} and stops with id {stop}", start.value);
            self.log.damage.push(Damage::new(start.line, message));
        }
        self.log
    }
}

/// Returns the text between an opening token and the next closing bracket.
fn bracketed<'a>(message: &'a [u8], opening: &[u8]) -> Option<&'a [u8]> {
    let rest = message.strip_prefix(opening)?;
    memchr::memchr(b']', rest).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests;
