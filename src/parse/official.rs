//! The figures that the official submission checker may read from results.txt.
//!
//! Its patterns find a label anywhere in a line and take the number after it; of several matches, the last one counts.
//! The exact patterns may change. So every place with a label is kept as a reading, also after a bare carriage return,
//! in the middle of a line, or with digits that are not ASCII. If a reading differs from the figure that we read, the
//! claim is ambiguous.
//!
//! Source: `submission_checker.py` (behaviour): greedy, unanchored, last match wins, universal line ends.

use memchr::memmem;

use super::text;
use crate::parse::location::{At, Line};

/// The labels of both runners, each with its figure.
const LABELS: [(&[u8], Label); 9] = [
    (b"Median throughput is", Label::Throughput),
    (b"Median energy cost is", Label::Energy),
    (b"Top-1", Label::Top1),
    (b"Top 1", Label::Top1),
    (b"AUC", Label::Auc),
    (b"Average duty cycle", Label::DutyCycle),
    (b"Estimated throughput", Label::FrameThroughput),
    (b"True positives", Label::Counts),
    (b"Power", Label::Power),
];

/// A figure that the official checker looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Median inferences per second.
    Throughput,
    /// Median µJ per inference.
    Energy,
    /// Top-1 in per cent.
    Top1,
    /// Area under the ROC curve.
    Auc,
    /// Wake word duty cycle.
    DutyCycle,
    /// Wake word throughput.
    FrameThroughput,
    /// Wake word counts; the reading is the whole line.
    Counts,
    /// Mean power in mW. Only that of a wake word run is published; other runs have one per window.
    Power,
}

/// Text that the official checker may read for a label, with its line.
pub(crate) type Reading = (Label, At<String>);

/// Most bytes of a reading; more than are printed.
const LONGEST: usize = 400;

/// Adds the readings of a line. For every label, the first reading and the first different one are kept: one of the two
/// differs from ours if any reading does.
pub(crate) fn read(readings: &mut Vec<Reading>, line: Line, content: &[u8]) {
    if content.len() <= 3 {
        return;
    }
    let whole = beginning(content.trim_ascii());
    for (words, label) in LABELS {
        let mut before: Option<&[u8]> = None;
        for at in memmem::find_iter(content, words) {
            let known = || readings.iter().filter(|(known, _)| *known == label);
            if known().count() == 2 {
                break;
            }
            let read = match label {
                Label::Counts => whole,
                _ => figure(&content[at + words.len()..]),
            };
            if label == Label::Power && !is_power(&content[at + words.len()..]) {
                continue;
            }
            if before.replace(read) == Some(read) {
                continue;
            }
            let text = text::shown(read);
            if known().all(|(_, at)| at.value != text) {
                readings.push((label, At::new(text, line)));
            }
        }
    }
}

fn beginning(text: &[u8]) -> &[u8] {
    &text[..text.len().min(LONGEST)]
}

/// Whether text after `Power` is a figure: `Power : 2.345 mW`.
fn is_power(rest: &[u8]) -> bool {
    rest.trim_ascii_start().starts_with(b":")
}

/// Returns the word after a label, which may end in `%`.
fn figure(rest: &[u8]) -> &[u8] {
    let skip = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || b":=%".contains(byte)).count();
    let rest = beginning(&rest[skip..]);
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'%').unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    fn read(content: &[u8]) -> Vec<String> {
        let mut readings = Vec::new();
        super::read(&mut readings, 1, content);
        readings.into_iter().map(|(_, at)| at.value).collect()
    }

    #[test]
    fn a_label_is_read_anywhere_in_a_line() {
        assert_eq!(read(b"00854.005 ulp-mlperf: Top-1: 86.5%"), ["86.5"]);
        assert_eq!(read(b"0726.010109 ulp-mlperf: Top 1% = 90.2"), ["90.2"]);
        assert_eq!(read(b"x Top 1 = 99.9"), ["99.9"]);
        assert_eq!(read(b"  Power        :     2.345 mW; Power Edition Output"), ["2.345"]);
        assert_eq!(read(b"x\rMedian throughput is     23.032 inf./sec. Median throughput is 99"), ["23.032", "99"]);
        assert_eq!(read("AUC = ٩".as_bytes()), ["٩"]);
        let counts = "10 True positives, 1 False negatives, 2 False positives";
        assert_eq!(read(counts.as_bytes()), [counts]);
        assert!(read(b"  Throughput   :        1.420 inf./sec.").is_empty());
    }

    #[test]
    fn two_different_readings_per_label_are_kept() {
        assert_eq!(read(b"AUC: 1 AUC: 1 AUC: 2 AUC: 3 Top-1: 4"), ["4", "1", "2"]);
    }
}
