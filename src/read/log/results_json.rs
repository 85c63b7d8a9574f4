//! `results.json` of the MLCommons runner: one object an inference, all in one line.
//!
//! Energy trials carry their samples (J per millisecond) and the stamps of the monitor as pairs of an event counter
//! and a sample index. The wake word run is one object with detections and the edges of the processing pin.

use std::fmt;

use memchr::memmem;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Unexpected, Visitor};

use super::text;
use crate::read::location::{Damage, Line};

/// Most objects of the list that are read; twice as many as the longest official list has inputs.
const MOST: usize = 100_000;

/// The list.
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
    pub error: Option<serde_json::Value>,
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
    #[serde(deserialize_with = "samples")]
    pub samples: Vec<f64>,
    /// Event counter and index of the sample.
    pub timestamps: Vec<(String, usize)>,
    /// Supply voltage in V.
    pub voltage: Option<f64>,
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

/// Reads a results.json.
///
/// # Errors
/// When it is no JSON of that form; the damage names line and column.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, Damage> {
    // Only the whole text tells where something is wrong.
    let read = without_samples(bytes).map_or_else(|| serde_json::from_slice(bytes), Ok);
    let Entries(entries) = read.map_err(|error| {
        Damage::new(Line::try_from(error.line()).unwrap_or(0), format!("no results in JSON: {error}"))
    })?;
    if entries.iter().filter_map(|entry| entry.power.as_ref()).any(|power| number_of(power).is_some()) {
        return Err(Damage::new(0, "no results in JSON: samples are a text, expected a list of numbers"));
    }
    Ok(entries)
}

/// The number that stands for the samples.
fn number_of(power: &Power) -> Option<usize> {
    let [marker, number] = power.samples[..] else { return None };
    usize::try_from(number.to_bits()).ok().filter(|_| marker.is_nan())
}

/// Samples are most of an energy run's file. Our own parser reads them, and the one of JSON gets to see their number in
/// their place, `"#0"`. `None` if that does not work out.
fn without_samples(bytes: &[u8]) -> Option<Entries> {
    const KEY: &[u8] = b"\"samples\":";
    let (mut short, mut all_samples, mut copied) = (Vec::new(), Vec::new(), 0);
    for at in memmem::find_iter(bytes, KEY) {
        let list = at + KEY.len();
        let (samples, rest) = numbers(&bytes[list..])?;
        short.extend_from_slice(&bytes[copied..list]);
        short.extend_from_slice(format!("\"#{}\"", all_samples.len()).as_bytes());
        all_samples.push(samples);
        copied = bytes.len() - rest.len();
    }
    short.extend_from_slice(&bytes[copied..]);
    // The same text from elsewhere would pass for samples, also where its sign is escaped.
    let foreign =
        memmem::find_iter(&short, b"\"#").count() != all_samples.len() || memmem::find(&short, b"\\u0023").is_some();
    if all_samples.is_empty() || foreign {
        return None;
    }
    let mut entries: Entries = serde_json::from_slice(&short).ok()?;
    for power in entries.0.iter_mut().filter_map(|entry| entry.power.as_mut()) {
        if let Some(number) = number_of(power) {
            power.samples = std::mem::take(all_samples.get_mut(number)?);
        }
    }
    Some(entries)
}

/// A list of numbers as the runner prints them, and what follows it.
fn numbers(text: &[u8]) -> Option<(Vec<f64>, &[u8])> {
    let mut rest = text.trim_ascii_start().strip_prefix(b"[")?.trim_ascii_start();
    let mut numbers = Vec::new();
    if let [b']', rest @ ..] = rest {
        return Some((numbers, rest));
    }
    loop {
        let (number, after) = text::leading_short_number(rest)?;
        numbers.push(number);
        match after.trim_ascii_start() {
            [b',', after @ ..] => rest = after.trim_ascii_start(),
            [b']', after @ ..] => return Some((numbers, after)),
            _ => return None,
        }
    }
}

/// Samples, or their number in place of them: JSON has no NaN, which marks it.
fn samples<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    struct Samples;

    impl<'de> Visitor<'de> for Samples {
        type Value = Vec<f64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of numbers")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<f64>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<f64>, E> {
            let number = text.strip_prefix('#').and_then(|number| number.parse().ok());
            let wrong = || E::invalid_type(Unexpected::Str(text), &self);
            number.map(|number| vec![f64::NAN, f64::from_bits(number)]).ok_or_else(wrong)
        }
    }

    deserializer.deserialize_any(Samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// What the parser of JSON makes of samples alone.
    fn by_the_library(text: &str) -> Option<Vec<Vec<f64>>> {
        let all: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
        let list = |value: &serde_json::Value| serde_json::from_value(value["power"]["samples"].clone()).ok();
        all.iter().map(list).collect()
    }

    proptest! {
        #[test]
        fn samples_read_as_the_library_reads_them(
            lists in proptest::collection::vec(
                prop_oneof![
                    9 => proptest::collection::vec(" ?-?[0-9]{1,3}([.][0-9]{1,18})?(e[-+]?[0-9]{1,3})? ?", 0..4)
                        .prop_map(|numbers| format!("[{}]", numbers.join(","))),
                    1 => "\"#[01]\"|null|7|\\[5[.]\\]|\\[ \\]|\\[1,\\]|\\[\"#0\"\\]",
                ],
                0..3,
            )
        ) {
            let entries: Vec<_> = lists.iter().map(|list| format!("{{\"power\": {{\"samples\": {list}}}}}")).collect();
            let text = format!("[{}]", entries.join(",\n"));
            let ours = parse(text.as_bytes()).ok();
            let ours = ours.map(|all| all.into_iter().map(|entry| entry.power.unwrap().samples).collect());
            prop_assert_eq!(ours, by_the_library(&text), "{}", text);
        }
    }

    #[test]
    fn samples_elsewhere_are_nobodys() {
        let text = br##"[{"note": "\"samples\":[1]", "other": {"samples":[8,9]}, "power": {"samples":[1,2]}},
            {"power": {"samples":[3], "note": "#0"}}]"##;
        let entries = parse(text).unwrap();
        let samples: Vec<_> = entries.iter().map(|entry| entry.power.as_ref().unwrap().samples.clone()).collect();
        assert_eq!(samples, [vec![1.0, 2.0], vec![3.0]]);
    }

    #[test]
    fn a_text_is_no_samples() {
        for text in ["#0", "\\u00230"] {
            let text = format!(r#"[{{"power": {{"samples" : "{text}", "x": {{"samples": [1]}}}}}}]"#);
            assert!(parse(text.as_bytes()).unwrap_err().message.contains("expected a list of numbers"), "{text}");
        }
    }

    #[test]
    fn damage_names_line_and_column() {
        let damage = parse(b"[\n{\"file\": }]").unwrap_err();
        assert_eq!(damage.line, 2);
        assert!(damage.message.contains("column"));
    }
}
