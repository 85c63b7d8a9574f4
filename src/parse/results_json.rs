//! `results.json` of the MLCommons runner: one object an inference, all in one line.
//!
//! Energy trials carry their samples (J per millisecond) and the stamps of the monitor as pairs of an event counter
//! and a sample index. The wake word run is one object with detections and the edges of the processing pin.

mod usual;

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::parse::location::{Damage, Line};

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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Power {
    /// Energy of each sample in J, 1000 samples a second.
    pub samples: Vec<f64>,
    /// Event counter and index of the sample.
    pub timestamps: Vec<(String, usize)>,
    /// Supply voltage in V.
    pub voltage: Option<f64>,
}

/// The edges of the processing pin of a wake word device.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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
    if let Some(entries) = usual::entries(bytes) {
        return Ok(entries);
    }
    let Entries(entries) = serde_json::from_slice(bytes).map_err(|error| {
        Damage::new(Line::try_from(error.line()).unwrap_or(0), format!("no results in JSON: {error}"))
    })?;
    Ok(entries)
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

    /// A text that nearly is JSON, of keys and values that stand in these files.
    fn value(depth: u32) -> BoxedStrategy<String> {
        let number = "-?[0-9]{1,3}([.][0-9]{1,17})?(e[-+]?[0-9]{1,3})?";
        let scalar = prop_oneof![
            4 => number.prop_map(|text| text),
            2 => "[0-9][.][0-9]{3}e-0[0-9]".prop_map(|text| text),
            2 => "\"[a-z0-9 ]{0,4}\"".prop_map(|text| text),
            1 => "null|true|false|01|1[.]|\"\\\\u0041\"|\"\\\\\"|nan|-".prop_map(|text| text),
        ];
        if depth == 0 {
            return scalar.boxed();
        }
        let keys = "file|class|infer|power|dutycycle|mode|error|classes|results|iterations|start_time|samples|timestamps|voltage|\
            detections|detection_windows|start_times_s|period";
        let blank = || "[ \n]?";
        let list = proptest::collection::vec((blank(), value(depth - 1)), 0..4)
            .prop_map(|items| items.into_iter().map(|(blank, item)| blank + &item).collect::<Vec<_>>())
            .prop_map(|items| format!("[{}]", items.join(",")));
        let object = proptest::collection::vec((blank(), keys, value(depth - 1)), 0..6)
            .prop_map(|fields| fields.into_iter().map(|(blank, key, value)| format!("{blank}\"{key}\":{value}")))
            .prop_map(|fields| format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")));
        prop_oneof![1 => scalar, 2 => list, 4 => object].boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        /// What is read in one pass is what the library reads.
        #[test]
        fn entries_read_as_the_library_reads_them(entries in proptest::collection::vec(value(3), 0..3), end in "[ ,x]?") {
            let text = format!("[{}]{end}", entries.join(", "));
            if let Some(ours) = usual::entries(text.as_bytes()) {
                let theirs = serde_json::from_slice::<Entries>(text.as_bytes()).map(|entries| entries.0);
                prop_assert_eq!(ours, theirs.map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?, "{}", text);
            }
        }

        #[test]
        fn usual_entries_are_read_in_one_pass(
            results in proptest::collection::vec("(0|-?[1-9][0-9]{0,18})([.][0-9]{1,20})?", 0..4),
            samples in proptest::collection::vec("[1-9]([.][0-9]{1,3})?e-0[4-7]", 0..5),
            start in 0u64..2_000_000_000,
        ) {
            let text = format!(
                "[{{\"file\": \"a.bin\", \"classes\": \"2\", \"class\": \"1\", \"bytes_to_send\": null, \"infer\": {{\"start_time\": \
                 {start}, \"results\": [{}], \"iterations\": 1}}, \"power\": {{\"samples\": [{}], \"timestamps\": [[\"00\", 0]], \
                 \"voltage\": 3}}, \"mode\": \"e\"}}]",
                results.join(", "), samples.join(", ")
            );
            let ours = usual::entries(text.as_bytes());
            prop_assert_eq!(ours, serde_json::from_slice::<Entries>(text.as_bytes()).ok().map(|entries| entries.0));
        }
    }

    #[test]
    fn a_text_is_no_samples() {
        let damage = parse(br#"[{"power": {"samples" : "1"}}]"#).unwrap_err();
        assert!(damage.message.contains("expected a sequence"), "{}", damage.message);
    }

    #[test]
    fn damage_names_line_and_column() {
        let damage = parse(b"[\n{\"file\": }]").unwrap_err();
        assert_eq!(damage.line, 2);
        assert!(damage.message.contains("column"));
    }
}
