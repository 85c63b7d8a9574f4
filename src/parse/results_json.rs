//! Parser of `results.json` of the MLCommons runner: one object per inference, all in one line.
//!
//! Energy trials have their samples (J per millisecond) and the time stamps of the energy monitor, as pairs of an event
//! counter and a sample index. A wake word run is one object with detections and the edges of the processing pin.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::log::EvidenceRead;
use crate::parse::location::{Damage, Line};

/// Maximum number of objects that are read; twice the number of inputs of the longest official list.
const MOST: usize = 100_000;

/// The list of objects.
struct Entries(Vec<Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MOST} inferences")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    if entries.len() == MOST {
                        return Err(serde::de::Error::invalid_length(MOST + 1, &self));
                    }
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// One object of the list.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Entry {
    /// Name of the input file.
    #[serde(default)]
    pub file: Option<String>,
    /// Its class in the runner's list, `"7"`.
    #[serde(default)]
    pub class: Option<Class>,
    /// Number of classes of the list.
    #[serde(default)]
    pub classes: Option<Class>,
    /// Bytes of the file that are one input, if it has several.
    #[serde(default)]
    pub bytes_to_send: Option<Class>,
    /// Bytes from one input of the file to the next, if it has several.
    #[serde(default)]
    pub stride: Option<Class>,
    /// The results of the device.
    #[serde(default)]
    pub infer: Option<Infer>,
    /// The samples of the energy monitor, in energy mode.
    #[serde(default)]
    pub power: Option<Power>,
    /// The edges of the processing pin, in a wake word run.
    #[serde(default)]
    pub dutycycle: Option<DutyCycle>,
    /// `a`, `p` or `e`.
    #[serde(default)]
    pub mode: Option<String>,
    /// An error that the runner recorded instead of a result.
    #[serde(default)]
    pub error: Option<serde_json::Value>,
}

/// A class or another small number, which the runner writes as text, `"7"`; `None` if the text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class(pub Option<u32>);

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Accepts `"7"` and `7`.
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Class;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Class, E> {
                Ok(Class(text.trim().parse().ok()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Class, E> {
                Ok(Class(u32::try_from(number).ok()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// The results of one `infer`, or of a wake word run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Infer {
    /// Device time before the first timed inference in µs.
    pub start_time: Option<f64>,
    /// Device time after the last timed inference in µs.
    pub end_time: Option<f64>,
    /// Their difference in µs.
    pub elapsed_time: Option<f64>,
    /// The output vector.
    pub results: Option<Vec<f64>>,
    /// Number of timed inferences.
    pub iterations: Option<u64>,
    /// Number of warm-ups.
    pub warmups: Option<u64>,
    /// The recording, in a wake word run.
    pub wav_file: Option<String>,
    /// Start and end of every spoken wake word in seconds.
    pub detection_windows: Option<Vec<(f64, f64)>>,
    /// Length of the recording in seconds.
    pub length_sec: Option<f64>,
    /// Times of the detections in ms.
    pub detections: Option<Vec<f64>>,
}

/// The recording of the energy monitor in one trial.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Power {
    /// Energy per sample in J, 1000 samples per second.
    pub samples: Vec<f64>,
    /// Time stamps: event counter and sample index.
    pub timestamps: Vec<(String, usize)>,
    /// Supply voltage in V.
    pub voltage: Option<f64>,
}

/// The edges of the processing pin of a wake word device.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DutyCycle {
    /// Mean fraction of the time spent processing.
    pub duty_cycle: Option<f64>,
    /// Mean time from start to start in s.
    pub period: Option<f64>,
    /// Mean time from start to stop in s.
    pub processing_time: Option<f64>,
    /// Times of the rising edges in s.
    pub start_times_s: Vec<f64>,
    /// Times of the falling edges in s.
    pub stop_times_s: Vec<f64>,
}

/// Reads a results.json.
///
/// # Errors
/// When it is not JSON of this form. The damage has line and column.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, Damage> {
    let Entries(entries) = serde_json::from_slice(bytes).map_err(|error| {
        Damage::new(Line::try_from(error.line()).unwrap_or(0), format!("the file is not a valid results.json: {error}"))
    })?;
    Ok(entries)
}

/// The keys that [`Entry`] has; others are not read.
const KEYS: [&[u8]; 28] = [
    b"file",
    b"class",
    b"classes",
    b"bytes_to_send",
    b"stride",
    b"infer",
    b"power",
    b"dutycycle",
    b"mode",
    b"error",
    b"start_time",
    b"end_time",
    b"elapsed_time",
    b"results",
    b"iterations",
    b"warmups",
    b"wav_file",
    b"detection_windows",
    b"length_sec",
    b"detections",
    b"samples",
    b"timestamps",
    b"voltage",
    b"duty_cycle",
    b"period",
    b"processing_time",
    b"start_times_s",
    b"stop_times_s",
];

/// Counts the keys of a results.json: words in quotes before a colon.
#[must_use]
pub(crate) fn keys_read(bytes: &[u8]) -> EvidenceRead {
    let mut found = EvidenceRead::default();
    for colon in memchr::memchr_iter(b':', bytes) {
        let Some(before) = bytes[..colon].trim_ascii_end().strip_suffix(b"\"") else { continue };
        let key = &before[memchr::memrchr(b'"', before).map_or(0, |open| open + 1)..];
        found.count(KEYS.contains(&key), key, 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_not_read_are_named() {
        let found = keys_read(br#"[{"file":"a: b.bin", "note" : 1, "infer":{"results":[1]},"note":2}]"#);
        assert_eq!((found.all, found.read), (5, 3));
        assert_eq!((found.unread[0].shape.as_str(), found.unread[0].count), ("note", 2));
    }

    #[test]
    fn entries_of_all_modes_are_read() {
        let entries = parse(
            br#"[{"file":"a.bin","classes":"12","class":"7","bytes_to_send":null,
                "infer":{"start_time":1,"end_time":3,"results":[0.5,0.5],"elapsed_time":2,"iterations":250,"warmups":1},"mode":"p"},
                {"file":"a.bin","class":7,"infer":{"results":[1]},"power":{"samples":[1e-6],"timestamps":[["00",0],["01",1]],"voltage":3},"mode":"e"},
                {"infer":{"detections":[85,9937]},"dutycycle":{"start_times_s":[0.1],"stop_times_s":[0.2]},"mode":"p"},
                {"error":"error 2","mode":"p"}]"#,
        )
        .unwrap();
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[0].class.unwrap(), entries[1].class.unwrap());
        assert_eq!(entries[1].power.as_ref().unwrap().timestamps[1], ("01".to_owned(), 1));
    }

    #[test]
    fn samples_must_be_a_list() {
        let damage = parse(br#"[{"power": {"samples" : "1"}}]"#).unwrap_err();
        assert!(damage.message.contains("expected a sequence"), "{}", damage.message);
    }

    #[test]
    fn damage_has_line_and_column() {
        let damage = parse(b"[\n{\"file\": }]").unwrap_err();
        assert_eq!(damage.line, 2);
        assert!(damage.message.contains("column"));
    }
}
