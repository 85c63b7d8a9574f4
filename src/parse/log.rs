//! The log of a session, in a form that is common to both runners.

use super::claims::Claims;
use super::location::{At, Damage, Line};
use super::text;
use crate::round::{Mode, Runner};

/// The parsed log of one session, of either runner.
#[derive(Debug, Clone)]
pub struct SessionLog {
    /// The runner that wrote it.
    pub runner: Runner,
    /// The session's id, which is its local start time in digits.
    pub session: Option<At<String>>,
    /// Whether the runner closed the session.
    pub closed: bool,
    /// Host time of the last line with source `session`, in milliseconds since the runner started (EEMBC), or of the
    /// last line of the measurement, in milliseconds since the start of the year (MLCommons).
    pub end_ms: Option<u64>,
    /// The mode of the run, if the log shows it.
    pub mode: Option<At<Mode>>,
    /// The model string that the device reported last.
    pub model: Option<At<String>>,
    /// A different model string that the device reported before.
    pub other_model: Option<At<String>>,
    /// Number of session starts in the log.
    pub starts: u32,
    /// The line that selects the EEMBC runner's single mode, which runs one input only and so gives no median.
    pub single_mode: Option<At<()>>,
    /// The line in which the device says that its firmware is built for energy mode, in which it prints no time stamps.
    pub energy_firmware: Option<At<()>>,
    /// The first line in which the device reports an input of the wrong size, with received and expected bytes.
    pub short_input: Option<At<(u64, u64)>>,
    /// The line that says that the script's loop runs over the whole list (MLCommons only).
    pub whole_list: Option<At<()>>,
    /// The first line that reports a failure (`Traceback`, `e-[…]`).
    pub failure: Option<At<String>>,
    /// Samples and time stamps that the runner says it captured, per trial (MLCommons only).
    pub captured: Vec<At<(u64, u64)>>,
    /// Version of the runner (EEMBC only).
    pub runner_version: Option<At<String>>,
    /// The name that the device reported.
    pub device_name: Option<At<String>>,
    /// The energy monitor that recorded the trace, if the log names it: always EEMBC's, and of the MLCommons runner's the JS220.
    pub monitor: Option<At<String>>,
    /// Energy packets dropped and all packets, if the monitor counts them (EEMBC only).
    pub dropped: Option<At<(u64, u64)>>,
    /// The first line at which host time goes backwards, with the times before and after in milliseconds.
    pub time_runs_back: Option<At<(u64, u64)>>,
    /// Supply voltage that the energy monitor reported, in millivolts (EEMBC only).
    pub voltage_mv: Option<At<u64>>,
    /// The first different supply voltage that the energy monitor reported after that (EEMBC only).
    pub other_voltage_mv: Option<At<u64>>,
    /// Text that the device printed between the two time stamps of an inference (EEMBC only).
    pub between: Vec<Chatter>,
    /// The first command number that is not consecutive, with the number before and itself (EEMBC only).
    pub sequence_broken: Option<At<(u64, u64)>>,
    /// The first calendar stamp in milliseconds (MLCommons only).
    pub first_ms: Option<At<u64>>,
    /// Fingerprints of all commands sent, in order (EEMBC only).
    pub commands: Vec<At<u64>>,
    /// Names of the input files in order of use; consecutive segments of a file share one name.
    pub inputs: Vec<String>,
    /// All `infer` commands with their results, in order.
    pub inferences: Vec<Inference>,
    /// Output numbers of all inferences, one after the other.
    pub outputs: Vec<f64>,
    /// Host time at which the energy trace was switched on, in milliseconds (EEMBC only).
    pub trace_on_ms: Option<u64>,
    /// Host time at which the energy trace was switched off, in milliseconds (EEMBC only).
    pub trace_off_ms: Option<u64>,
    /// The number of inferences in the runner's configuration (EEMBC only).
    pub configured_iterations: Option<At<u64>>,
    /// The longest pauses in the dialogue.
    pub pauses: Pauses,
    /// The load whose stated duration differs most from the duration by the time stamps: stated and measured, in
    /// milliseconds (EEMBC only).
    pub load_time: Option<At<(u64, u64)>>,
    /// The stated durations of the first loads, in milliseconds (EEMBC only).
    pub loads_ms: Vec<u16>,
    /// The first quantity that the log states twice with different values, in words.
    pub statement_disagrees: Option<At<String>>,
    /// Wake word detections in milliseconds, with the line that lists them (MLCommons only).
    pub detections: Option<At<Vec<f64>>>,
    /// The recording that was played and its length in seconds (MLCommons only).
    pub recording: Option<At<(String, f64)>>,
    /// The claims of results.txt that the log repeats (MLCommons only).
    pub summary: Claims,
    /// The parts that could not be read.
    pub damage: Vec<Damage>,
    /// How many lines take part in the audit.
    pub lines_read: EvidenceRead,
}

/// How much of a file takes part in the audit: lines of a log, or keys of a results.json. The rest is read past, and
/// nothing would change if it said something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceRead {
    /// Number of lines or keys, without empty lines.
    pub all: u64,
    /// Number of these that take part.
    pub read: u64,
    /// The kinds of those that do not, in the order in which they appear. At most a dozen kinds are kept.
    pub unread: Vec<Chatter>,
}

impl EvidenceRead {
    /// Most kinds that are kept.
    const MOST: usize = 12;

    /// Counts a line or key.
    pub(super) fn count(&mut self, is_read: bool, text: &[u8], line: Line) {
        if is_read {
            self.all += 1;
            self.read += 1;
        } else if text.iter().any(|byte| !byte.is_ascii_whitespace()) {
            self.all += 1;
            count_shape(&mut self.unread, Self::MOST, text, line);
        }
    }
}

/// The longest pauses of a log, in milliseconds of host time, by where they are. Between an inference and the next
/// nothing happens, so that a long pause means that times were changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pauses {
    /// Outside of loads, warm-ups and inferences: after a load, a warm-up or an inference. In a log
    /// of the MLCommons runner, from the end of an inference to the next load.
    pub between: Option<At<u64>>,
    /// From an `infer` command to the device's first line.
    pub command: Option<At<u64>>,
    /// From the start of inferences to the first time stamp; in energy mode the inferences themselves.
    pub start: Option<At<u64>>,
    /// From the second time stamp to the end of inferences.
    pub stop: Option<At<u64>>,
}

/// A kind of text in a log, without its numbers, and how often it was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chatter {
    /// The text, with `#` for every word that has a digit.
    pub shape: String,
    /// How often it was printed.
    pub count: u32,
    /// The line where it was printed first.
    pub line: Line,
}

/// Most different texts that are kept.
const MOST_CHATTER: usize = 8;

/// One `infer N W` command: N timed inferences on one input after W warm-ups.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inference {
    /// Line of the command.
    pub line: Line,
    /// Index of the input in [`SessionLog::inputs`].
    pub input: Option<u32>,
    /// Offset in the input file in bytes (EEMBC), or number of the segment (MLCommons).
    pub offset: u32,
    /// Bytes sent to the device (EEMBC only).
    pub bytes: Option<u32>,
    /// N, the timed inferences.
    pub iterations: u64,
    /// W, the warm-ups.
    pub warmups: u64,
    /// N as the device repeated it.
    pub echoed_iterations: Option<u64>,
    /// First time stamp of the device.
    pub start: Option<Stamp>,
    /// Second time stamp of the device.
    pub stop: Option<Stamp>,
    /// Number of time stamps.
    pub stamps: u32,
    /// Elapsed seconds, which the log prints instead of time stamps (MLCommons only).
    pub elapsed_s: Option<f64>,
    /// Host time in milliseconds when the inferences start (EEMBC), or when the input is loaded (MLCommons).
    pub begin_host_ms: Option<u64>,
    /// Host time in milliseconds when the inferences are done.
    pub done_host_ms: Option<u64>,
    /// Range of the output vector in [`SessionLog::outputs`], and its line.
    pub outputs: Option<At<(u32, u32)>>,
    /// Number of output vectors.
    pub vectors: u32,
    /// W as the device repeated it (EEMBC only).
    pub echoed_warmups: Option<u64>,
    /// Host time in milliseconds when the warm-ups start (EEMBC only).
    pub warmup_host_ms: Option<u64>,
}

/// A time stamp of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The device's clock, in microseconds.
    pub us: u64,
    /// Host time in milliseconds when it was received, if its line has one.
    pub host_ms: Option<u64>,
    /// Its line.
    pub line: Line,
}

const HOUR_S: u64 = 3600;
const HALF_A_YEAR_S: u64 = 180 * 86_400;

/// Period of a 32-bit microsecond counter.
const WRAP_US: u64 = 1 << 32;

impl Inference {
    /// Returns the seconds between the two time stamps as the runners compute them: both are converted to seconds
    /// before they are subtracted. One wrap of a 32-bit counter is corrected.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        if let (Some(start), Some(stop)) = (self.start, self.stop) {
            let stop_us = if stop.us < start.us { stop.us.checked_add(WRAP_US)? } else { stop.us };
            return Some(stop_us as f64 / 1e6 - start.us as f64 / 1e6);
        }
        self.elapsed_s
    }

    /// Returns the milliseconds of host time between the two time stamps. A stamp whose line has no host time falls
    /// back to the line that says that the inferences start or are done.
    #[must_use]
    pub fn host_ms(&self) -> Option<u64> {
        let start = self.start?.host_ms.or(self.begin_host_ms)?;
        let stop = self.stop?.host_ms.or(self.done_host_ms)?;
        stop.checked_sub(start)
    }
}

impl SessionLog {
    /// Makes an empty log of a runner.
    #[must_use]
    pub fn new(runner: Runner) -> Self {
        Self {
            runner,
            session: None,
            closed: false,
            end_ms: None,
            mode: None,
            model: None,
            other_model: None,
            starts: 0,
            single_mode: None,
            energy_firmware: None,
            short_input: None,
            whole_list: None,
            failure: None,
            captured: Vec::new(),
            runner_version: None,
            device_name: None,
            monitor: None,
            dropped: None,
            time_runs_back: None,
            voltage_mv: None,
            other_voltage_mv: None,
            between: Vec::new(),
            sequence_broken: None,
            first_ms: None,
            commands: Vec::new(),
            inputs: Vec::new(),
            inferences: Vec::new(),
            outputs: Vec::new(),
            trace_on_ms: None,
            trace_off_ms: None,
            configured_iterations: None,
            pauses: Pauses::default(),
            load_time: None,
            loads_ms: Vec::new(),
            statement_disagrees: None,
            detections: None,
            recording: None,
            summary: Claims::default(),
            damage: Vec::new(),
            lines_read: EvidenceRead::default(),
        }
    }

    /// Releases the memory of inferences, inputs, outputs and commands.
    pub fn drop_evidence(&mut self) {
        self.commands = Vec::new();
        self.inferences = Vec::new();
        self.outputs = Vec::new();
        self.inputs = Vec::new();
    }

    /// Records the model that the device reports, and a different one that it reported before.
    pub(super) fn record_model(&mut self, name: &[u8], line: Line) {
        let named = At::new(text::shown(name), line);
        if let Some(before) = self.model.replace(named)
            && self.model.as_ref().is_some_and(|now| now.value != before.value)
        {
            self.other_model.get_or_insert(before);
        }
    }

    /// Records that the device received an input of the wrong size: `Input db has 459 elemented, expected 490`. Returns
    /// whether the message states the sizes.
    pub(super) fn record_short_input(&mut self, message: &[u8], line: Line) -> bool {
        let counts = || {
            let rest = &message[memchr::memmem::find(message, b"Input db has ")? + b"Input db has ".len()..];
            let (found, rest) = text::leading_integer(rest)?;
            let rest = &rest[memchr::memmem::find(rest, b"expected ")? + b"expected ".len()..];
            Some((found, text::leading_integer(rest)?.0))
        };
        let Some((found, expected)) = counts() else { return false };
        if found != expected {
            self.short_input.get_or_insert(At::new((found, expected), line));
        }
        true
    }

    /// Counts text that the device printed between two time stamps.
    pub(super) fn record_device_text(&mut self, text: &[u8], line: Line) {
        count_shape(&mut self.between, MOST_CHATTER, text, line);
    }

    /// Returns the output vector of an inference.
    #[must_use]
    pub fn outputs_of(&self, inference: &Inference) -> Option<&[f64]> {
        let (start, end) = inference.outputs?.value;
        self.outputs.get(start as usize..end as usize)
    }

    /// Returns the input file of an inference.
    #[must_use]
    pub fn input_of(&self, inference: &Inference) -> Option<&str> {
        self.inputs.get(inference.input? as usize).map(String::as_str)
    }

    /// Records where host time goes backwards.
    pub(super) fn record_time(&mut self, line: Line, before_ms: u64, now_ms: u64) {
        // Calendar stamps have no year, and the end of summer time sets the clock back by an hour.
        let gap_s = before_ms.saturating_sub(now_ms) / 1000;
        let calendar = self.runner == Runner::Mlcommons && (gap_s > HALF_A_YEAR_S || HOUR_S.abs_diff(gap_s) < 60);
        if now_ms < before_ms && !calendar {
            self.time_runs_back.get_or_insert(At::new((before_ms, now_ms), line));
        }
    }

    /// Returns the index of an input name, and adds the name unless it is that of the input before. The kept length is
    /// the longest file name of any system.
    pub(super) fn intern(&mut self, name: &[u8]) -> u32 {
        const LONGEST: usize = 255;
        let name = &name[..name.len().min(LONGEST)];
        if self.inputs.last().is_none_or(|last| last.as_bytes() != name) {
            self.inputs.push(String::from_utf8_lossy(name).into_owned());
        }
        u32::try_from(self.inputs.len() - 1).unwrap_or(u32::MAX)
    }

    /// Reads an output vector such as `0.004,0.996,` into [`SessionLog::outputs`], and returns its range.
    pub(super) fn read_outputs(&mut self, vector: &[u8], line: Line) -> At<(u32, u32)> {
        let length = |outputs: &Vec<f64>| u32::try_from(outputs.len()).unwrap_or(u32::MAX);
        let start = length(&self.outputs);
        let mut rest = vector;
        let mut is_sound = true;
        while !rest.is_empty() {
            if let Some((value, [b',', after @ ..] | after @ [])) = text::leading_number(rest) {
                self.outputs.push(value);
                rest = after;
                continue;
            }
            let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
            let item = rest[..end].trim_ascii();
            rest = rest.get(end + 1..).unwrap_or_default();
            if item.is_empty() && rest.is_empty() {
                break;
            }
            if let Some(value) = text::number(item) {
                self.outputs.push(value);
            } else if std::mem::take(&mut is_sound) {
                // Once per vector.
                let found = text::shown(item);
                self.damage.push(Damage::new(line, format!("the output vector contains `{found}`; expected a number")));
            }
        }
        At::new((start, length(&self.outputs)), line)
    }
}

/// Counts a text by its kind; new kinds only up to `most`.
fn count_shape(kinds: &mut Vec<Chatter>, most: usize, text: &[u8], line: Line) {
    // Most lines have no numbers and are their own kind, which costs nothing to find.
    let text = text.trim_ascii();
    if let Some(known) = kinds.iter_mut().find(|known| known.shape.as_bytes() == text) {
        known.count = known.count.saturating_add(1);
        return;
    }
    let shape = shape(text);
    if let Some(known) = kinds.iter_mut().find(|known| known.shape == shape) {
        known.count = known.count.saturating_add(1);
    } else if !shape.is_empty() && kinds.len() < most {
        kinds.push(Chatter { shape, count: 1, line });
    }
}

/// Returns text without its numbers: `results: 0x3f` becomes `results: #`.
fn shape(text: &[u8]) -> String {
    let shown = text::shown(text);
    let words =
        shown.split_whitespace().map(|word| if word.contains(|c: char| c.is_ascii_digit()) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the times at which a log says that time goes backwards.
    fn backwards(runner: Runner, before_ms: u64, now_ms: u64) -> Option<(u64, u64)> {
        let mut log = SessionLog::new(runner);
        log.record_time(7, before_ms, now_ms);
        log.record_time(8, 2, 1);
        log.time_runs_back.filter(|at| at.line == 7).map(|at| at.value)
    }

    #[test]
    fn time_runs_back_but_not_at_the_turn_of_the_year_or_of_summer_time() {
        const DAY_MS: u64 = 86_400_000;
        let (eembc, mlcommons) = (Runner::Eembc, Runner::Mlcommons);
        for runner in [eembc, mlcommons] {
            assert_eq!(backwards(runner, 5000, 5000), None);
            assert_eq!(backwards(runner, 5000, 5001), None);
            assert_eq!(backwards(runner, 5000, 4999), Some((5000, 4999)));
            assert_eq!(backwards(runner, 180 * DAY_MS, 0), Some((180 * DAY_MS, 0)));
        }
        for (before_ms, is_calendar) in [
            (180 * DAY_MS + 1000, true),
            (3_600_000, true),
            (3_659_000, true),
            (3_541_000, true),
            (3_660_000, false),
            (3_540_000, false),
            (30 * DAY_MS, false),
        ] {
            assert_eq!(backwards(mlcommons, before_ms, 0).is_none(), is_calendar, "{before_ms}");
            assert_eq!(backwards(eembc, before_ms, 0), Some((before_ms, 0)));
        }
    }

    #[test]
    fn another_model_is_kept_only_if_it_differs() {
        let models = |names: [&str; 3]| {
            let mut log = SessionLog::new(Runner::Eembc);
            (1..).zip(names).for_each(|(line, name)| log.record_model(name.as_bytes(), line));
            (log.model.unwrap(), log.other_model)
        };
        assert_eq!(models(["ic01"; 3]), (At::new("ic01".to_owned(), 3), None));
        let (model, other) = models(["ad01", "ic01", "ic01"]);
        assert_eq!((model.line, other), (3, Some(At::new("ad01".to_owned(), 1))));
    }

    #[test]
    fn an_input_that_follows_itself_is_kept_once() {
        let mut log = SessionLog::new(Runner::Eembc);
        let kept: Vec<u32> = ["a", "a", "b", "a"].iter().map(|name| log.intern(name.as_bytes())).collect();
        assert_eq!((kept, log.inputs.join(" ")), (vec![0, 0, 1, 2], "a b a".to_owned()));
    }

    #[test]
    fn a_wrap_of_the_counter_is_corrected_but_equal_stamps_are_no_time() {
        let seconds = |start: u64, stop: u64| {
            let stamp = |us| Some(Stamp { us, host_ms: None, line: 1 });
            Inference { start: stamp(start), stop: stamp(stop), ..Inference::default() }.seconds()
        };
        assert_eq!(seconds(5_000_000, 5_000_000), Some(0.0));
        assert_eq!(seconds(WRAP_US - 1_000_000, 1_000_000).map(f64::round), Some(2.0));
    }

    #[test]
    fn kinds_of_text_are_counted_and_bounded() {
        let mut kinds = Vec::new();
        for (line, text) in (1..).zip(["load 7", "load 8", "wait", " wait ", "", "third"]) {
            count_shape(&mut kinds, 2, text.as_bytes(), line);
        }
        let found: Vec<_> = kinds.iter().map(|one| (one.shape.as_str(), one.count, one.line)).collect();
        assert_eq!(found, [("load #", 2, 1), ("wait", 2, 3)]);
    }
}
