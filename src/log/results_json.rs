//! `results.json` of the MLCommons runner: one object an inference, all in one line.
//!
//! Energy trials carry their samples (J per millisecond) and the stamps of the monitor as pairs of an event counter
//! and a sample index. The wake word run is one object with detections and the edges of the processing pin.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};
use serde_json::value::RawValue;

use super::text;
use crate::location::{Damage, Line};

/// One object of the list.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// Name of the input file.
    #[serde(default)]
    pub file: Option<String>,
    /// Its class according to the runner's list, `"7"`.
    #[serde(default)]
    pub class: Option<Class>,
    /// What the device answered.
    #[serde(default)]
    pub infer: Option<Infer>,
    /// The energy monitor's samples, in energy mode.
    #[serde(default)]
    pub power: Option<Power>,
    /// The edges of the processing pin, in a wake word run.
    #[serde(default)]
    pub dutycycle: Option<DutyCycle>,
    /// `a`, `p` or `e`.
    #[serde(default)]
    pub mode: Option<String>,
    /// An error the runner noted instead of a result.
    #[serde(default)]
    pub error: Option<String>,
}

/// A class, written as text by the runner, `"7"`; `None` where the text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class(pub Option<u32>);

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Takes `"7"` and `7`.
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Class;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a class")
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

/// What the device answered to one `infer`, or heard in the stream.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Infer {
    /// Device time before the first timed inference, in µs.
    pub start_time: Option<f64>,
    /// Device time after the last one, in µs.
    pub end_time: Option<f64>,
    /// Their difference, in µs.
    pub elapsed_time: Option<f64>,
    /// The output vector.
    pub results: Option<Vec<f64>>,
    /// Timed inferences.
    pub iterations: Option<u64>,
    /// Warm-ups.
    pub warmups: Option<u64>,
    /// The recording, in a wake word run.
    pub wav_file: Option<String>,
    /// When the word is spoken, in seconds.
    pub detection_windows: Option<Vec<(f64, f64)>>,
    /// Length of the recording in seconds.
    pub length_sec: Option<f64>,
    /// Detections in ms.
    pub detections: Option<Vec<f64>>,
}

/// What the energy monitor recorded during one trial.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Power {
    /// Energy of each sample in J, 1000 samples a second.
    #[serde(deserialize_with = "numbers")]
    pub samples: Vec<f64>,
    /// Event counter and index of the sample.
    pub timestamps: Vec<(String, usize)>,
}

/// The edges of the processing pin of a wake word device.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DutyCycle {
    /// Mean part of the time spent processing.
    pub duty_cycle: Option<f64>,
    /// Mean time from start to start, in s.
    pub period: Option<f64>,
    /// Mean time from start to stop, in s.
    pub processing_time: Option<f64>,
    /// Rising edges, in s.
    pub start_times_s: Vec<f64>,
    /// Falling edges, in s.
    pub stop_times_s: Vec<f64>,
}

/// A long list of numbers, read by our own parser: samples are most of an energy run's file.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let list = <&RawValue>::deserialize(deserializer)?.get().as_bytes();
    let wrong = || D::Error::custom("expected a list of numbers");
    let inner = list.strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]")).ok_or_else(wrong)?.trim_ascii();
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::with_capacity(inner.len() / 8);
    let mut rest = inner;
    loop {
        let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
        numbers.push(text::number(rest[..end].trim_ascii()).ok_or_else(wrong)?);
        let Some(after) = rest.get(end + 1..) else { return Ok(numbers) };
        rest = after;
    }
}

/// Reads a results.json.
///
/// # Errors
/// When it is no JSON of that form; the damage names line and column.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, Damage> {
    serde_json::from_slice(bytes)
        .map_err(|error| Damage::new(Line::try_from(error.line()).unwrap_or(0), format!("no results in JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_all_modes_read() {
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
    fn damage_names_line_and_column() {
        let damage = parse(b"[\n{\"file\": }]").unwrap_err();
        assert_eq!(damage.line, 2);
        assert!(damage.message.contains("column"));
    }
}
