//! Parser of `log.txt` of the MLCommons runner: plain lines, some with a calendar stamp, then a copy of results.txt.
//!
//! The log does not contain the device's answers, only what the runner read from them: the loaded file and segment, the
//! iterations, and per window the elapsed time and the output vector. A wake word run lists its detections in one line.

use super::log::{Inference, SessionLog};
use super::text;
use crate::parse::location::{At, Damage, Line};
use crate::round::{Mode, Runner};

/// Prefixes of lines that repeat results.txt, for logs without a line of dashes before them.
const SUMMARY: [&[u8]; 6] =
    [b"Accuracy:", b"Average ", b"Median throughput is", b"Median energy cost is", b"Top 1%", b"AUC"];

/// Whether the first 50 lines have a line of this runner.
#[must_use]
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    text::lines(bytes).take(50).any(|(_, line)| {
        line.starts_with(b"Logging initialized.")
            || line.starts_with(b"Device model retrieved:")
            || text::calendar_stamped(line).is_some()
    })
}

/// Reads a log.
#[must_use]
pub fn parse(bytes: &[u8]) -> SessionLog {
    let mut parser = Parser::default();
    parser.block(bytes);
    parser.finish()
}

#[derive(PartialEq)]
enum Part {
    /// The measurement.
    Run,
    /// The repetition of results.txt.
    Summary,
}

/// Reads a log in blocks of whole lines.
pub struct Parser {
    log: SessionLog,
    /// Number of lines in the blocks before.
    line: Line,
    part: Part,
    /// Number of decimals of the last runtime.
    runtime_decimals: u32,
    /// When the last input was loaded, in calendar seconds.
    loaded_s: Option<u64>,
    /// Time of the last stamp, in calendar milliseconds.
    now_ms: u64,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            log: SessionLog::new(Runner::Mlcommons),
            line: 0,
            part: Part::Run,
            runtime_decimals: 0,
            loaded_s: None,
            now_ms: 0,
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
        let (seconds, message) = match text::calendar_stamped(content) {
            Some((seconds, message)) => (Some(seconds), message),
            None => (None, content.trim_ascii()),
        };
        if let Some(seconds) = seconds {
            let ms = seconds * 1000;
            self.log.record_time(line, self.now_ms, ms);
            self.log.first_ms.get_or_insert(At::new(ms, line));
            self.now_ms = ms;
            if self.part == Part::Run && !is_summary(message) {
                self.log.end_ms = Some(ms);
            }
        }
        // For speed, the first byte is tested before the words, as these lines are rare.
        let failed = match message.first() {
            Some(b'T') => message.starts_with(b"Traceback (most recent call last)"),
            Some(b'E') => message.starts_with(b"ERROR") || message.starts_with(b"Error"),
            Some(b's') => message.starts_with(b"serial.") && memchr::memmem::find(message, b"Exception").is_some(),
            _ => false,
        };
        if failed {
            self.log.failure.get_or_insert_with(|| At::new(text::shown(message), line));
        }
        let counts = matches!(message.first(), Some(b'C' | b's')).then(|| captured(message)).flatten();
        self.log.captured.extend(counts.map(|counts| At::new(counts, line)));
        let begins_summary = match message.first() {
            Some(b'-') => message == b"--------------------",
            Some(b'P') => message == b"Power Edition Output",
            Some(b'=') => message.starts_with(b"== File "),
            _ => false,
        };
        let mut is_read = failed || counts.is_some();
        if message.starts_with(b"Session logged in file") {
            self.log.closed = true;
            is_read = true;
        } else if begins_summary {
            self.part = Part::Summary;
            is_read = true;
        } else if self.part == Part::Summary {
            self.log.summary.read_line(line, content);
            is_read = true;
        } else {
            is_read |= self.run_line(line, content, seconds, message);
        }
        self.log.lines_read.count(is_read, message, line);
    }

    /// Reads a line of the measurement, and returns whether it takes part in the audit.
    fn run_line(&mut self, line: Line, content: &[u8], seconds: Option<u64>, message: &[u8]) -> bool {
        match message.first() {
            // Only the JS220 writes about itself: `[JS220] Stream reading started...`.
            Some(b'[') if message.starts_with(b"[JS220] ") => {
                self.log.monitor.get_or_insert_with(|| At::new("js220".to_owned(), line));
            }
            Some(b'L') => {
                if let Some(rest) = message.strip_prefix(b"Loading file ") {
                    self.pause(line, seconds);
                    self.load(line, rest);
                } else if message.starts_with(b"Load complete") {
                    self.loaded_s = seconds;
                } else if let Some(path) = message.strip_prefix(b"Logging initialized. Writing output to ") {
                    self.session(line, path);
                } else {
                    return false;
                }
            }
            Some(b'R') => {
                if let Some(rest) = message.strip_prefix(b"Running inference with ") {
                    self.infer(line, rest);
                } else if let Some(rest) = labelled(message, b"Runtime") {
                    self.runtime(line, rest);
                } else {
                    return false;
                }
            }
            Some(b'P') => {
                if message.starts_with(b"Performance results for window") {
                    if let Some(inference) = self.log.inferences.last_mut() {
                        inference.done_host_ms = seconds.map(|seconds| seconds * 1000);
                    }
                } else if let Some(rest) = message.strip_prefix(b"Playing ") {
                    self.playing(line, rest);
                } else {
                    return false;
                }
            }
            Some(b'#') => {
                let Some(rest) = labelled(message, b"# Inferences") else { return false };
                if let Some(inference) = self.log.inferences.last_mut() {
                    inference.echoed_iterations = text::integer(rest);
                }
            }
            Some(b'T') if message.starts_with(b"Throughput") => {
                let Some(rest) = labelled(message, b"Throughput") else { return false };
                self.throughput(line, rest);
            }
            Some(b'm') => {
                let Some(rest) = labelled(message, b"m-results") else { return false };
                self.results(line, rest);
            }
            Some(b'D') => {
                if let Some(rest) = labelled(message, b"Device model retrieved") {
                    self.log.record_model(rest, line);
                } else if let Some(rest) = labelled(message, b"Device name retrieved") {
                    self.log.device_name = Some(At::new(text::shown(rest), line));
                } else {
                    return false;
                }
            }
            Some(b'N') if message.starts_with(b"No loop count specified") => {
                self.log.whole_list = Some(At::new((), line));
            }
            Some(b'I') => return self.log.record_short_input(message, line),
            Some(b'[') if message.last() == Some(&b']') && self.log.detections.is_none() => {
                self.detections(line, message);
            }
            _ if is_summary(message) => self.log.summary.read_line(line, content),
            _ => return false,
        }
        true
    }

    /// Records the pause between an inference and the next load, if it is the longest.
    fn pause(&mut self, line: Line, seconds: Option<u64>) {
        let done = self.log.inferences.last().and_then(|inference| inference.done_host_ms);
        let Some(pause) = seconds.zip(done).map(|(now, done)| (now * 1000).saturating_sub(done)) else { return };
        let longest = &mut self.log.pauses.between;
        if longest.is_none_or(|longest| longest.value < pause) {
            *longest = Some(At::new(pause, line));
        }
    }

    /// Reads `long_wav.wav (length = 1200.0s) at 14:44:06...`.
    fn playing(&mut self, line: Line, rest: &[u8]) {
        let name = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
        let length = memchr::memmem::find(rest, b"length = ").map(|at| &rest[at + b"length = ".len()..]);
        let seconds = length.and_then(|rest| text::number(rest.split(|byte| *byte == b's').next()?));
        self.log.recording = seconds.map(|seconds| At::new((text::shown(name), seconds), line));
    }

    /// Reads `sessions\20250726_010147\log.txt`.
    fn session(&mut self, line: Line, path: &[u8]) {
        let mut parts = path.rsplit(|byte| matches!(byte, b'/' | b'\\'));
        if let Some(id) = parts.nth(1) {
            self.log.session = Some(At::new(text::shown(id), line));
            self.log.starts += 1;
        }
    }

    /// Reads `tst_000000_Stop_7.bin segment 0`.
    fn load(&mut self, line: Line, rest: &[u8]) {
        let (name, number) = match memchr::memrchr(b' ', rest).map(|at| rest.split_at(at)) {
            Some((before, number)) if before.ends_with(b" segment") => (&before[..before.len() - 8], number),
            _ => {
                memchr::memmem::rfind(rest, b" segment ").map_or((rest, &b""[..]), |at| (&rest[..at], &rest[at + 8..]))
            }
        };
        let segment = text::integer(number.trim_ascii()).and_then(|segment| u32::try_from(segment).ok()).unwrap_or(0);
        let input = Some(self.log.intern(name));
        self.log.inferences.push(Inference { line, input, offset: segment, ..Inference::default() });
    }

    /// Reads `1/250 (warmup/measured) iterations ...`.
    fn infer(&mut self, line: Line, rest: &[u8]) {
        let numbers = text::leading_integer(rest).and_then(|(warmups, rest)| {
            let (iterations, _) = text::leading_integer(rest.strip_prefix(b"/")?)?;
            Some((warmups, iterations))
        });
        let Some((warmups, iterations)) = numbers else {
            let found = text::shown(rest);
            self.log.damage.push(Damage::new(line, format!("`{found}` does not give the number of inferences")));
            return;
        };
        // The entry of the load becomes the first inference; a second one on the same input needs a new entry.
        let again = self.log.inferences.last().is_some_and(|last| last.iterations != 0);
        if again && let Some(last) = self.log.inferences.last() {
            let (input, offset) = (last.input, last.offset);
            self.log.inferences.push(Inference { input, offset, ..Inference::default() });
        }
        if let Some(last) = self.log.inferences.last_mut() {
            last.line = line;
            last.iterations = iterations;
            last.warmups = warmups;
            last.begin_host_ms = self.loaded_s.map(|seconds| seconds * 1000);
        }
    }

    fn runtime(&mut self, line: Line, rest: &[u8]) {
        let seconds = rest.split(u8::is_ascii_whitespace).next().and_then(text::number);
        if let (Some(seconds), Some(inference)) = (seconds, self.log.inferences.last_mut()) {
            inference.elapsed_s = Some(seconds);
            self.runtime_decimals = decimals(rest);
        } else {
            let found = text::shown(rest);
            self.log.damage.push(Damage::new(line, format!("`{found}` is not a runtime of an inference")));
        }
    }

    /// Compares `23.032 inf./sec.` with the iterations and the runtime above it, as far as they are printed.
    fn throughput(&mut self, line: Line, rest: &[u8]) {
        let stated = rest.split(u8::is_ascii_whitespace).next().and_then(text::number);
        let inference = self.log.inferences.last().filter(|_| self.log.statement_disagrees.is_none());
        let (Some(stated), Some((seconds, iterations))) =
            (stated, inference.and_then(|one| Some((one.elapsed_s?, one.iterations as f64))))
        else {
            return;
        };
        // A little more than half of the last printed digit.
        let half = |decimals: u32| 0.51 * 0.1_f64.powf(f64::from(decimals));
        let (of_time, of_rate) = (half(self.runtime_decimals), half(decimals(rest)));
        let least = iterations / (seconds + of_time) - of_rate;
        let most = if seconds > of_time { iterations / (seconds - of_time) + of_rate } else { f64::INFINITY };
        if !(least..=most).contains(&stated) {
            let message =
                format!("a throughput of {stated} inf/s is stated for {iterations} inferences in {seconds} s");
            self.log.statement_disagrees = Some(At::new(message, line));
        }
    }

    fn results(&mut self, line: Line, rest: &[u8]) {
        let Some(vector) = rest.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) else {
            self.log.damage.push(Damage::new(line, "the output vector is not in brackets"));
            return;
        };
        let outputs = self.log.read_outputs(vector, line);
        if let Some(inference) = self.log.inferences.last_mut() {
            inference.vectors += 1;
            inference.outputs.get_or_insert(outputs);
        }
    }

    fn detections(&mut self, line: Line, list: &[u8]) {
        let inner = &list[1..list.len() - 1];
        let numbers: Option<Vec<f64>> = inner
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|item| !item.is_empty())
            .map(text::number)
            .collect();
        if let Some(numbers) = numbers {
            self.log.detections = Some(At::new(numbers, line));
        }
    }

    /// Returns the log, after all lines are read.
    #[must_use]
    pub fn finish(mut self) -> SessionLog {
        self.log.inferences.retain(|inference| inference.iterations != 0);
        // Performance first: windows may be measured over the whole list, too, if the script's loop has no count.
        self.log.mode = match (self.log.whole_list, &self.log.inferences[..]) {
            (_, [first, ..]) if first.elapsed_s.is_none() => Some(At::new(Mode::Energy, first.line)),
            (_, [first, ..]) if first.iterations > 1 => Some(At::new(Mode::Performance, first.line)),
            (Some(at), _) => Some(At::new(Mode::Accuracy, at.line)),
            _ => None,
        };
        self.log
    }
}

/// Returns how many decimals the number at the beginning of a text has.
fn decimals(text: &[u8]) -> u32 {
    let point = text.iter().position(|byte| *byte == b'.').map_or(&b""[..], |at| &text[at + 1..]);
    u32::try_from(point.iter().take_while(|byte| byte.is_ascii_digit()).count()).unwrap_or(0)
}

/// Whether a line repeats results.txt.
fn is_summary(message: &[u8]) -> bool {
    // The first letters of all prefixes.
    matches!(message.first(), Some(b'A' | b'M' | b'T')) && SUMMARY.iter().any(|words| message.starts_with(words))
}

/// Reads `Captured samples:15044 timestamps:3`, in a wake word run `samples:1203414 timestamps:3`.
fn captured(message: &[u8]) -> Option<(u64, u64)> {
    let message = message.strip_prefix(b"Captured ").unwrap_or(message);
    let (samples, rest) = text::leading_integer(message.strip_prefix(b"samples:")?)?;
    let (stamps, _) = text::leading_integer(rest.strip_prefix(b" timestamps:")?)?;
    Some((samples, stamps))
}

/// Returns the text after a label and a colon, `  Runtime      :     10.862 sec.`.
fn labelled<'a>(message: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    message.strip_prefix(label)?.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOG: &str = "Logging initialized. Writing output to sessions\\20250726_010147\\log.txt\r\n\
        Device model retrieved: kws01\r\n\
        0726.010150 ulp-mlperf: Loading file tst_000000_Stop_7.bin segment 0\r\n\
        0726.010150 ulp-mlperf: Load complete.\r\n\
        Running inference with 1/250 (warmup/measured) iterations ...\r\n\
        done\r\n\
        0726.010201 ulp-mlperf: Performance results for window 1:\r\n\
        0726.010201 ulp-mlperf:   # Inferences :           250\r\n\
        0726.010201 ulp-mlperf:   Runtime      :     10.862 sec.\r\n\
        0726.010201 ulp-mlperf:   m-results    : [0.0, 0.996]\r\n\
        --------------------\r\n\
        0726.010245 ulp-mlperf: Median throughput is     23.032 inf./sec.\r\n\
        Session logged in file sessions\\20250726_010147\\log.txt\r\n";

    #[test]
    fn a_performance_log_is_read() {
        let log = parse(LOG.as_bytes());
        assert!(recognises(LOG.as_bytes()) && log.closed);
        assert_eq!(log.session.as_ref().unwrap().value, "20250726_010147");
        let first = &log.inferences[0];
        assert_eq!((first.iterations, first.warmups, first.elapsed_s), (250, 1, Some(10.862)));
        assert_eq!(log.outputs_of(first), Some(&[0.0, 0.996][..]));
        assert_eq!(log.mode.unwrap().value, Mode::Performance);
        assert_eq!(log.summary.throughput.as_ref().unwrap().text, "23.032");
        assert_eq!(first.done_host_ms.unwrap() - first.begin_host_ms.unwrap(), 11_000);
    }

    #[test]
    fn the_runner_is_recognised_in_the_first_fifty_lines() {
        for line in ["Logging initialized.", "Device model retrieved: ic01", "0726.010150 ulp-mlperf: x"] {
            let after = |count: usize| format!("{}{line}\n", "text\n".repeat(count));
            assert!(recognises(after(49).as_bytes()) && !recognises(after(50).as_bytes()), "{line}");
        }
    }

    #[test]
    fn the_mode_comes_from_the_inferences_and_the_list() {
        let mode = |text: &str| parse(text.as_bytes()).mode;
        let run = |iterations: u32| format!("Loading file a segment 0\nRunning inference with 1/{iterations} (x)\n");
        let timed = |iterations| format!("{}Runtime : 10.0 sec.\n", run(iterations));
        let whole = "No loop count specified\n";
        assert_eq!(mode(&run(5)), Some(At::new(Mode::Energy, 2)));
        assert_eq!(mode(&timed(2)), Some(At::new(Mode::Performance, 2)));
        assert_eq!(mode(&timed(1)), None);
        assert_eq!(mode(&format!("{whole}{}", timed(1))), Some(At::new(Mode::Accuracy, 1)));
        assert_eq!(mode(&format!("{whole}{}", timed(2))), Some(At::new(Mode::Performance, 3)));
        assert_eq!(mode(whole), Some(At::new(Mode::Accuracy, 1)));
    }

    #[test]
    fn failures_are_noticed_before_and_after_the_summary() {
        for failure in
            ["Traceback (most recent call last):", "ERROR: x", "Error x", "serial.serialutil.SerialException: x"]
        {
            for before in ["", "--------------------\n", "Power Edition Output\n", "== File a ==\n"] {
                let log = parse(format!("{before}{failure}\n").as_bytes());
                assert_eq!(log.failure.as_ref().map(|at| at.value.as_str()), Some(failure), "{before}");
            }
        }
        for harmless in ["Tracing", "Every", "serial.Serial", "Exception"] {
            assert!(parse(harmless.as_bytes()).failure.is_none(), "{harmless}");
        }
    }

    #[test]
    fn captured_samples_names_and_recordings_are_read() {
        let log = parse(
            b"Captured samples:15044 timestamps:3\nsamples:1203414 timestamps:4\nDevice name retrieved: board\n\
              Playing long_wav.wav (length = 1200.5s) at 14:44:06...\nInput db has 1 elemented, expected 2\nchatter\n",
        );
        assert_eq!(log.captured, [At::new((15_044, 3), 1), At::new((1_203_414, 4), 2)]);
        assert_eq!(log.device_name, Some(At::new("board".to_owned(), 3)));
        assert_eq!(log.recording, Some(At::new(("long_wav.wav".to_owned(), 1200.5), 4)));
        assert_eq!(log.short_input, Some(At::new((1, 2), 5)));
        assert_eq!((log.lines_read.all, log.lines_read.read), (6, 5));
    }

    #[test]
    fn a_throughput_must_follow_from_the_time_as_far_as_it_is_printed() {
        let disagrees = |time: &str, stated: &str| {
            let log = format!(
                "Loading file a segment 0\nRunning inference with 1/250 (x)\nRuntime : {time} sec.\nThroughput : {stated} inf./sec.\n"
            );
            parse(log.as_bytes()).statement_disagrees.map(|at| at.line)
        };
        // 250 / 10.8625 = 23.0150 and 250 / 10.8615 = 23.0171.
        for (time, stated, expected) in [
            ("10.862", "23.016", None),
            ("10.862", "23.015", None),
            ("10.862", "23.017", None),
            ("10.862", "23.012", Some(4)),
            ("10.862", "23.020", Some(4)),
            ("11", "22.7", None),
            ("11", "24.5", Some(4)),
            ("0", "9999", None),
            ("0", "10", Some(4)),
        ] {
            assert_eq!(disagrees(time, stated), expected, "{time} {stated}");
        }
    }

    #[test]
    fn pauses_and_repeated_inferences_are_kept() {
        let once = |minute: u32, second: u32| {
            format!(
                "0726.01{minute:02}{second:02} ulp-mlperf: Loading file a segment 3\n0726.01{minute:02}59 ulp-mlperf: Load complete.\n\
                 Running inference with 1/2 (x)\nRuntime : 1.0 sec.\nRunning inference with 1/4 (x)\n\
                 0726.01{minute:02}59 ulp-mlperf: Performance results for window 1\n# Inferences : 4\nm-results : [0.5]\nm-results : [0.7]\n"
            )
        };
        let log = parse(format!("{}{}{}", once(1, 0), once(2, 20), once(3, 10)).as_bytes());
        assert_eq!(log.pauses.between, Some(At::new(21_000, 10)));
        let last = log.inferences.last().unwrap();
        assert_eq!((log.inferences.len(), last.iterations, last.echoed_iterations), (6, 4, Some(4)));
        assert_eq!((log.input_of(last), last.offset, last.vectors), (Some("a"), 3, 2));
        assert_eq!(log.outputs_of(last), Some(&[0.5][..]));
        assert_eq!(log.end_ms, log.first_ms.map(|first| first.value + 179_000));
    }

    #[test]
    fn every_summary_prefix_is_recognised() {
        assert!(SUMMARY.iter().all(|words| is_summary(words)));
    }

    #[test]
    fn a_monitor_that_names_itself_is_recognised() {
        let log = parse(b"[JS220] Stream reading started...\n[85, 9937]\n");
        let monitor = log.monitor.unwrap();
        assert_eq!((monitor.value.as_str(), monitor.line), ("js220", 1));
        assert!(log.detections.is_some() && parse(b"[JS2200]\n").monitor.is_none());
    }

    #[test]
    fn the_last_segment_counts() {
        for (text, name, segment) in [
            ("a segment 3 segment 7", "a segment 3", 7),
            ("a segment x", "a", 0),
            ("a segment 7 y", "a", 0),
            ("a 7", "a 7", 0),
        ] {
            let log = parse(format!("Loading file {text}\nRunning inference with 1/1\n").as_bytes());
            assert_eq!((log.input_of(&log.inferences[0]), log.inferences[0].offset), (Some(name), segment), "{text}");
        }
    }

    #[test]
    fn detections_are_read_from_one_line() {
        let log = parse(b"... done\n[85, 9937]\nDuty cycle = 0.559, Period = 32.0 ms\n== File long_wav.wav (1200.0 s) ==\nFalse positives: [612.555 715.31 ]\n");
        assert_eq!(log.detections.unwrap().value, [85.0, 9937.0]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
        }
    }
}
