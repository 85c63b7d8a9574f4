//! Parser of `results.txt`, the claimed figures, of both runners.
//!
//! | EEMBC runner | MLCommons runner |
//! |---|---|
//! | `Performance results for window 2:` | `Performance results for window 1` |
//! | `Median throughput is 1.420 inf./sec.` | `Median throughput is     23.032 inf./sec.` |
//! | `Top-1: 86.5%`, `AUC: 0.99` | `Top 1% = 90.2`, `AUC = 0.995` |
//! | `Energy data for window 2 at time 11.32 for 7.04 sec.:` | `Energy data for trial 0` |
//! | `Median energy cost is 29207.010 uJ/inf.` | `Median energy cost is 1430.6681 uJ/inf.` |
//! | | `Accuracy: 44 True positives, 6 False negatives, 4 False positives` |
//! | | `Average duty cycle: 0.55914`, `Estimated throughput: 55.908 inf./sec.` |
//!
//! A line that repeats the one before is dropped, as one runner version printed every line several times. If a figure
//! is claimed several times with different values, the last one counts, as in the official checker. The contradiction
//! is recorded.

use super::official::{self, Reading};
use super::text;
use crate::parse::location::{At, Damage, Line};
use crate::round::Runner;

/// A number as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// The text, `23.032`.
    pub text: String,
    /// Its value.
    pub value: f64,
    /// One unit of the last printed digit, `0.001`.
    pub unit: f64,
    /// Its line.
    pub line: Line,
}

impl Printed {
    /// Parses a printed number.
    #[must_use]
    pub fn parse(text: &[u8], line: Line) -> Option<Self> {
        let value = text::number(text)?;
        let text = std::str::from_utf8(text).ok()?;
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let unit = 10f64.powi(exponent.saturating_sub(i32::try_from(decimals).ok()?));
        Some(Self { text: text.to_owned(), value, unit, line })
    }

    /// Returns the number of printed decimals, at most 30, for printing other figures beside the claim.
    #[must_use]
    pub fn decimals(&self) -> usize {
        const MOST: usize = 30;
        let printed = |(_, decimals): (_, &str)| decimals.bytes().take(MOST).take_while(u8::is_ascii_digit).count();
        self.text.split_once('.').map_or(0, printed)
    }

    /// Whether a figure agrees with this number within `units` of the last printed digit.
    #[must_use]
    pub fn agrees_with(&self, figure: f64, units: f64) -> bool {
        (figure - self.value).abs() <= self.unit * units + self.value.abs() * 1e-12
    }
}

/// The claims about a timed window.
#[derive(Debug, Clone, Default)]
pub struct ClaimedWindow {
    /// The number of the window as printed.
    pub number: At<u64>,
    /// Number of inferences.
    pub inferences: Option<At<u64>>,
    /// Runtime in seconds.
    pub runtime: Option<Printed>,
    /// Inferences per second.
    pub throughput: Option<Printed>,
    /// Whether the runner says that the window meets the runtime requirements.
    pub declared_valid: Option<At<bool>>,
}

/// The claims about the energy of a window.
#[derive(Debug, Clone, Default)]
pub struct ClaimedEnergy {
    /// The number of the window or trial as printed.
    pub number: At<u64>,
    /// Elapsed time in seconds.
    pub elapsed: Option<Printed>,
    /// Number of inferences (MLCommons only).
    pub inferences: Option<At<u64>>,
    /// Energy of the window in µJ.
    pub energy: Option<Printed>,
    /// Mean power in µW (EEMBC) or mW (MLCommons).
    pub power: Option<Printed>,
    /// Energy per inference in µJ.
    pub per_inference: Option<Printed>,
}

/// Counts of the wake word test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WakewordCounts {
    /// Words detected.
    pub true_positives: u64,
    /// Words missed.
    pub false_negatives: u64,
    /// Detections without a word.
    pub false_positives: u64,
}

/// All claims of a results.txt.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// The runner that wrote it.
    pub runner: Option<Runner>,
    /// Time stamp of the first line: host time in milliseconds (EEMBC), or seconds since the start of the year
    /// (MLCommons).
    pub first_stamp: Option<At<u64>>,
    /// Timed windows.
    pub windows: Vec<ClaimedWindow>,
    /// Energy windows.
    pub energies: Vec<ClaimedEnergy>,
    /// Median throughput in inferences per second.
    pub throughput: Option<Printed>,
    /// Median energy in µJ per inference.
    pub energy: Option<Printed>,
    /// Top-1 in per cent.
    pub top1: Option<Printed>,
    /// Area under the ROC curve.
    pub auc: Option<Printed>,
    /// Wake word counts.
    pub wakeword: Option<At<WakewordCounts>>,
    /// Wake word duty cycle.
    pub duty_cycle: Option<Printed>,
    /// Wake word frame period in seconds.
    pub period: Option<Printed>,
    /// Wake word throughput in inferences per second.
    pub estimated_throughput: Option<Printed>,
    /// Figures that are claimed twice with different values: name and earlier line, and the later line.
    pub contradicted: Vec<(At<String>, Line)>,
    /// Errors that the runner reports.
    pub runner_errors: Vec<At<String>>,
    /// What the official checker may read; see [`official`].
    pub readings: Vec<Reading>,
    /// The parts that could not be read.
    pub damage: Vec<Damage>,
    /// Whether the last block was an energy window, to which `Power` then belongs.
    in_energy: bool,
}

/// Reads a results.txt.
#[must_use]
pub fn parse(bytes: &[u8]) -> Claims {
    let mut parser = Parser::default();
    parser.block(bytes);
    parser.claims
}

/// Reads a results.txt in blocks of whole lines.
#[derive(Default)]
pub struct Parser {
    /// The claims so far.
    pub claims: Claims,
    line: Line,
    /// The line before, across blocks.
    previous: Vec<u8>,
}

impl Parser {
    /// Reads the next block of lines.
    pub fn block(&mut self, bytes: &[u8]) {
        let mut previous: &[u8] = &self.previous;
        for (line, content) in text::lines_after(self.line, bytes) {
            if !content.is_empty() && content != previous {
                official::read(&mut self.claims.readings, line, content);
                self.claims.read_line(line, content);
            }
            previous = content;
            self.line = line;
        }
        self.previous = previous.to_vec();
    }
}

impl Claims {
    /// Whether there are no claims.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
            && self.energies.is_empty()
            && [&self.throughput, &self.energy, &self.top1, &self.auc].into_iter().all(Option::is_none)
            && self.wakeword.is_none()
    }

    /// Reads one line, with or without a time stamp.
    pub fn read_line(&mut self, line: Line, content: &[u8]) {
        let message = if let Some(stamped) = text::stamped(content) {
            self.first_stamp.get_or_insert(At::new(stamped.ms, line));
            self.runner = Some(Runner::Eembc);
            stamped.message
        } else if let Some((seconds, message)) = text::calendar_stamped(content) {
            self.first_stamp.get_or_insert(At::new(seconds, line));
            self.runner = Some(Runner::Mlcommons);
            message
        } else {
            self.runner.get_or_insert(Runner::Mlcommons);
            content.trim_ascii()
        };
        let Ok(message) = std::str::from_utf8(message) else {
            let found = text::shown(message);
            self.damage.push(Damage::new(line, format!("`{found}` is not UTF-8 text")));
            return;
        };
        self.message(line, message);
    }

    fn message(&mut self, line: Line, message: &str) {
        if let Some(number) = message.strip_prefix("Performance results for window ") {
            self.in_energy = false;
            let number = At::new(self.count(line, number.trim_end_matches(':')), line);
            self.windows.push(ClaimedWindow { number, ..ClaimedWindow::default() });
        } else if let Some(rest) = message.strip_prefix("Energy data for ") {
            self.energy_block(line, rest);
        } else if message.starts_with("Runtime requirements have been met") {
            self.window(line, |window| window.declared_valid = Some(At::new(true, line)));
        } else if message.starts_with("e-[")
            || message.starts_with("ERROR")
            || message.starts_with("Too few timestamps")
        {
            if message.contains("The run must take at least") {
                self.window(line, |window| window.declared_valid = Some(At::new(false, line)));
            } else {
                self.runner_errors.push(At::new(text::shown(message.as_bytes()), line));
            }
        } else if let Some((_, rest)) = message.split_once("Median throughput is") {
            let printed = self.printed(line, rest);
            self.claim("median throughput", printed, |claims| &mut claims.throughput);
        } else if let Some((_, rest)) = message.split_once("Median energy cost is") {
            let printed = self.printed(line, rest);
            self.claim("median energy", printed, |claims| &mut claims.energy);
        } else if let Some((label, rest)) = message.split_once([':', '=']) {
            self.labelled(line, label.trim_end(), rest.trim_start());
        }
    }

    fn labelled(&mut self, line: Line, label: &str, rest: &str) {
        // The official checker finds a label anywhere in a line.
        let figures = ["Top-1", "Top 1%", "AUC", "Average duty cycle", "Estimated throughput", "Accuracy"];
        let label = figures.into_iter().find(|figure| label.ends_with(figure)).unwrap_or(label);
        match label {
            "# Inferences" => {
                let count = At::new(self.count(line, rest), line);
                self.window(line, |window| window.inferences = Some(count));
            }
            "Runtime" => {
                let printed = self.printed(line, rest);
                self.window(line, |window| window.runtime = printed);
            }
            "Throughput" => {
                let printed = self.printed(line, rest);
                self.window(line, |window| window.throughput = printed);
            }
            "Inferences" => {
                let count = At::new(self.count(line, rest), line);
                self.energy_window(line, |window| window.inferences = Some(count));
            }
            "Elapsed time" => {
                let printed = self.printed(line, rest);
                self.energy_window(line, |window| window.elapsed = printed);
            }
            "Energy" | "Total Energy" => {
                let printed = self.printed(line, rest);
                self.energy_window(line, |window| window.energy = printed);
            }
            "Power" => {
                let printed = self.printed(line, rest);
                self.energy_window(line, |window| window.power = printed);
            }
            "Energy/Inf." | "Energy/Inf" => {
                let printed = self.printed(line, rest);
                self.energy_window(line, |window| window.per_inference = printed);
            }
            "Top-1" | "Top 1%" => {
                let printed = self.printed(line, rest);
                self.claim("Top-1", printed, |claims| &mut claims.top1);
            }
            "AUC" => {
                let printed = self.printed(line, rest);
                self.claim("AUC", printed, |claims| &mut claims.auc);
            }
            "Average duty cycle" => {
                let printed = self.printed(line, rest);
                self.claim("duty cycle", printed, |claims| &mut claims.duty_cycle);
            }
            "Average period" => {
                let printed = self.printed(line, rest);
                self.claim("period", printed, |claims| &mut claims.period);
            }
            "Estimated throughput" => {
                let printed = self.printed(line, rest);
                self.claim("estimated throughput", printed, |claims| &mut claims.estimated_throughput);
            }
            "Accuracy" => self.wakeword_counts(line, rest),
            _ => {}
        }
    }

    fn energy_block(&mut self, line: Line, rest: &str) {
        self.in_energy = true;
        let mut words = rest.split_ascii_whitespace();
        let number = match words.next() {
            Some("window" | "trial") => words.next().unwrap_or_default(),
            _ => return,
        };
        let number = At::new(self.count(line, number), line);
        // `at time 11.32 for 7.04 sec.:`, rounded to 10 ms; only the length is used.
        let elapsed = rest
            .split_once(" for ")
            .and_then(|(_, seconds)| seconds.split_ascii_whitespace().next())
            .and_then(|seconds| Printed::parse(seconds.as_bytes(), line));
        self.energies.push(ClaimedEnergy { number, elapsed, ..ClaimedEnergy::default() });
    }

    fn wakeword_counts(&mut self, line: Line, rest: &str) {
        let mut counts = [0; 3];
        let labels = ["True positives", "False negatives", "False positives"];
        for (index, part) in rest.split(',').enumerate() {
            let part = part.trim();
            let parsed = part.split_once(' ').and_then(|(count, label)| {
                (labels.get(index) == Some(&label.trim())).then(|| text::integer(count.as_bytes())).flatten()
            });
            let Some(count) = parsed else {
                let message =
                    format!("`{part}` is not a wake word count; expected a number and `{}`", labels[index.min(2)]);
                self.damage.push(Damage::new(line, message));
                return;
            };
            counts[index] = count;
        }
        let [true_positives, false_negatives, false_positives] = counts;
        let counts = At::new(WakewordCounts { true_positives, false_negatives, false_positives }, line);
        if let Some(earlier) = self.wakeword.replace(counts)
            && earlier.value != counts.value
        {
            self.contradicted.push((At::new("wake word counts".to_owned(), earlier.line), line));
        }
    }

    fn window(&mut self, line: Line, set: impl FnOnce(&mut ClaimedWindow)) {
        match self.windows.last_mut() {
            Some(window) => set(window),
            None => self.damage.push(Damage::new(line, "a figure of a window comes before the first window")),
        }
    }

    fn energy_window(&mut self, line: Line, set: impl FnOnce(&mut ClaimedEnergy)) {
        match self.energies.last_mut() {
            Some(window) if self.in_energy => set(window),
            _ => self.damage.push(Damage::new(line, "a figure of an energy window is outside of any energy window")),
        }
    }

    fn claim(&mut self, name: &str, printed: Option<Printed>, slot: impl Fn(&mut Self) -> &mut Option<Printed>) {
        let Some(printed) = printed else { return };
        let (text, line) = (printed.text.clone(), printed.line);
        if let Some(earlier) = slot(self).replace(printed)
            && earlier.text != text
        {
            self.contradicted.push((At::new(name.to_owned(), earlier.line), line));
        }
    }

    fn printed(&mut self, line: Line, rest: &str) -> Option<Printed> {
        let word = rest.split_ascii_whitespace().next().unwrap_or_default().trim_end_matches('%');
        let printed = Printed::parse(word.as_bytes(), line);
        if printed.is_none() {
            let found = text::shown(rest.trim().as_bytes());
            self.damage.push(Damage::new(line, format!("`{found}` is not a number")));
        }
        printed
    }

    fn count(&mut self, line: Line, rest: &str) -> u64 {
        text::integer(rest.trim().as_bytes()).unwrap_or_else(|| {
            let found = text::shown(rest.trim().as_bytes());
            self.damage.push(Damage::new(line, format!("`{found}` is not a whole number")));
            0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn medians_of_both_runners_are_read() {
        for (text, runner) in [
            ("00101.622 ulp-mlperf: Median throughput is 23.155 inf./sec.\n", Runner::Eembc),
            ("0726.010245 ulp-mlperf: Median throughput is     23.155 inf./sec.\r\n", Runner::Mlcommons),
        ] {
            let claims = parse(text.as_bytes());
            let printed = claims.throughput.unwrap();
            assert_eq!((printed.text.as_str(), printed.decimals(), claims.runner), ("23.155", 3, Some(runner)));
        }
    }

    #[test]
    fn repeated_lines_count_once_and_the_last_claim_wins() {
        let claims = parse(b"00001.000 ulp-mlperf: Top-1: 86.5%\n00001.000 ulp-mlperf: Top-1: 86.5%\n");
        assert!(claims.contradicted.is_empty());
        let claims = parse(b"Top 1% = 90.2\nTop 1% = 95.0\n");
        assert_eq!(claims.top1.unwrap().text, "95.0");
        assert_eq!(claims.contradicted.len(), 1);
    }

    #[test]
    fn wake_word_counts_and_units_are_read() {
        let claims = parse(
            b"Accuracy: 44 True positives, 6 False negatives, 4 False positives\nEstimated throughput: 1.2346e+05 inf./sec.\n",
        );
        assert_eq!(claims.wakeword.unwrap().false_negatives, 6);
        assert!((claims.estimated_throughput.unwrap().unit - 10.0).abs() < 1e-9);
    }

    #[test]
    fn figures_that_are_not_numbers_are_damage() {
        let claims = parse(b"Median throughput is fast inf./sec.\n# Inferences : x\n");
        assert_eq!(claims.damage.len(), 3);
    }

    #[test]
    fn a_difference_of_half_a_unit_agrees() {
        let printed = Printed::parse(b"0.98", 1).unwrap();
        assert!(printed.agrees_with(0.9849, 0.53) && !printed.agrees_with(0.99, 0.53));
        // 0.8 - 0.7 is a little more than 0.1 in binary.
        assert!(Printed::parse(b"0.7", 1).unwrap().agrees_with(0.8, 1.0));
    }

    fn printed(figure: Option<&Printed>) -> Option<(&str, Line)> {
        figure.map(|printed| (printed.text.as_str(), printed.line))
    }

    #[test]
    fn windows_of_both_runners_are_read() {
        for (text, runner, at) in [
            (
                "00101.000 ulp-mlperf: Performance results for window 2:\n\
                 00101.000 ulp-mlperf: Performance results for window 2:\n\
                 00101.001 ulp-mlperf:     # Inferences :           21\n\
                 00101.002 ulp-mlperf:     Runtime      :       10.084 sec.\n\
                 00101.003 ulp-mlperf:     Throughput   :        2.082 inf./sec.\n\
                 00101.004 ulp-mlperf: Runtime requirements have been met.\n",
                Runner::Eembc,
                101_000,
            ),
            (
                "0726.010245 ulp-mlperf: Performance results for window 2\n\n\
                 0726.010245 ulp-mlperf: # Inferences : 21\n\
                 0726.010245 ulp-mlperf: Runtime : 10.084 sec.\n\
                 0726.010245 ulp-mlperf: Throughput : 2.082 inf./sec.\n\
                 0726.010245 ulp-mlperf: Runtime requirements have been met.\n",
                Runner::Mlcommons,
                // The days of a month are those of a leap year, and the first is day 1.
                208 * 86_400 + 3_765,
            ),
        ] {
            let claims = parse(text.as_bytes());
            let [window] = &claims.windows[..] else { panic!("{claims:?}") };
            assert_eq!((window.number, window.inferences), (At::new(2, 1), Some(At::new(21, 3))));
            assert_eq!(printed(window.runtime.as_ref()), Some(("10.084", 4)));
            assert_eq!(printed(window.throughput.as_ref()), Some(("2.082", 5)));
            assert_eq!(window.declared_valid, Some(At::new(true, 6)));
            assert_eq!((claims.runner, claims.first_stamp), (Some(runner), Some(At::new(at, 1))));
            assert!(claims.damage.is_empty() && !claims.is_empty());
        }
    }

    #[test]
    fn energies_of_both_runners_are_read() {
        let claims = parse(
            b"00101.000 ulp-mlperf: Energy data for window 3 at time 11.32 for 7.04 sec.:\n\
              00101.000 ulp-mlperf: Energy : 2500.5 uJ\n00101.000 ulp-mlperf: Power : 355.2 uW\n\
              00101.000 ulp-mlperf: Energy/Inf. : 12.5 uJ/inf.\n",
        );
        let [window] = &claims.energies[..] else { panic!("{claims:?}") };
        assert_eq!((window.number.value, printed(window.elapsed.as_ref())), (3, Some(("7.04", 1))));
        assert_eq!(printed(window.energy.as_ref()), Some(("2500.5", 2)));
        assert_eq!(printed(window.power.as_ref()), Some(("355.2", 3)));
        assert_eq!(printed(window.per_inference.as_ref()), Some(("12.5", 4)));
        let claims = parse(
            b"Energy data for trial 4\nElapsed time: 10.5\nInferences: 77\nTotal Energy: 9.5 uJ\nEnergy/Inf: 1.5 uJ\n\
              Energy data for the whole\n",
        );
        let [window] = &claims.energies[..] else { panic!("{claims:?}") };
        assert_eq!((window.number.value, window.inferences), (4, Some(At::new(77, 3))));
        assert_eq!(printed(window.elapsed.as_ref()), Some(("10.5", 2)));
        assert_eq!(printed(window.energy.as_ref()), Some(("9.5", 4)));
        assert_eq!(printed(window.per_inference.as_ref()), Some(("1.5", 5)));
        assert!(claims.damage.is_empty());
    }

    #[test]
    fn figures_outside_of_their_windows_are_damage() {
        for text in
            ["Runtime: 3\n", "Power: 3\n", "Energy data for trial 0\nPerformance results for window 1\nPower: 3\n"]
        {
            assert_eq!(parse(text.as_bytes()).damage.len(), 1, "{text}");
        }
    }

    #[test]
    fn quality_and_wake_word_figures_are_read() {
        let claims = parse(b"Top-1: 86.5%\nAUC = 0.995\nAverage duty cycle: 0.55\nAverage period: 0.0178\n");
        assert_eq!(printed(claims.top1.as_ref()), Some(("86.5", 1)));
        assert_eq!(printed(claims.auc.as_ref()), Some(("0.995", 2)));
        assert_eq!(printed(claims.duty_cycle.as_ref()), Some(("0.55", 3)));
        assert_eq!(printed(claims.period.as_ref()), Some(("0.0178", 4)));
        let counts = "Accuracy: 44 True positives, 6 False negatives, 4 False positives\n";
        assert!(parse(format!("{counts}x\n{counts}").as_bytes()).contradicted.is_empty());
        let other = counts.replace("44", "45");
        assert_eq!(parse(format!("{counts}{other}").as_bytes()).contradicted.len(), 1);
    }

    #[test]
    fn any_claim_makes_the_claims_not_empty() {
        for text in [
            "Performance results for window 1",
            "Energy data for trial 1",
            "Median throughput is 1.0",
            "Median energy cost is 1.0",
            "Top-1: 1",
            "AUC: 1",
            "Accuracy: 1 True positives, 0 False negatives, 0 False positives",
        ] {
            assert!(!parse(text.as_bytes()).is_empty(), "{text}");
        }
        assert!(parse(b"Average duty cycle: 0.5\nhello\n").is_empty());
    }

    #[test]
    fn errors_and_windows_that_are_too_short_are_told_apart() {
        for text in ["e-[x]", "ERROR: x", "Too few timestamps"] {
            assert_eq!(parse(text.as_bytes()).runner_errors.len(), 1, "{text}");
        }
        let claims = parse(b"Performance results for window 1\nERROR: The run must take at least 10 seconds\n");
        assert_eq!(claims.windows[0].declared_valid, Some(At::new(false, 2)));
        assert!(claims.runner_errors.is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
