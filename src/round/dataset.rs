//! Official input lists and wake word times (`rules/datasets/*.txt`).
//!
//! A file consists of a header, an empty line, and one line per input: class, space, file name. The header has `key:
//! value` lines, among them `source` and the `sha256` of the list it was derived from. Wake word files have the start
//! and the end of a spoken word, in seconds, on each line instead.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::round::fingerprint::FingerprintHasher;

/// An official input list.
#[derive(Debug)]
pub struct Dataset {
    /// Name of the list, `kws01`.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// Bytes loaded for one inference, if fixed.
    pub input_bytes: Option<u32>,
    /// Number of slices of a file, with one inference each: 1, or 196 for anomaly detection.
    pub slices: u32,
    /// Bytes from the start of one slice to that of the next; zero if a file is one input.
    pub stride_bytes: u32,
    /// Names of the classes, in order.
    pub class_names: Vec<&'static str>,
    /// File names and classes, in the order of the list.
    pub inputs: Vec<(&'static str, u32)>,
    /// Indices in the list by file name. The keys are built in, so a submission cannot cause hash collisions.
    places: HashMap<&'static str, u32, BuildHasherDefault<FingerprintHasher>>,
}

impl Dataset {
    /// Returns the index of an input in the list.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<u32> {
        self.places.get(name).copied()
    }

    /// Returns the class of an input.
    #[must_use]
    pub fn class_of(&self, name: &str) -> Option<u32> {
        Some(self.inputs.get(self.place_of(name)? as usize)?.1)
    }
}

/// Times at which the wake word is spoken in a recording.
#[derive(Debug)]
pub struct WakewordTruth {
    /// File name of the recording.
    pub wav: &'static str,
    /// Length of the recording in seconds.
    pub length_s: f64,
    /// Start and end of every spoken word, in seconds.
    pub words: Vec<(f64, f64)>,
}

macro_rules! lists {
    ($($name:literal),*) => { &[$(($name, include_str!(concat!("../../rules/datasets/", $name, ".txt")))),*] };
}

const LISTS: &[(&str, &str)] = lists!["ad01", "ad01-alt", "ic01", "ic01-v05", "kws01", "kws01-open", "vww01"];
const TRUTHS: &[(&str, &str)] = lists!["sww01"];

/// Returns the list with this name, parsed on first use.
#[must_use]
pub fn dataset(name: &str) -> Option<&'static Dataset> {
    static READ: [LazyLock<Dataset>; LISTS.len()] = [
        LazyLock::new(|| read_list(0)),
        LazyLock::new(|| read_list(1)),
        LazyLock::new(|| read_list(2)),
        LazyLock::new(|| read_list(3)),
        LazyLock::new(|| read_list(4)),
        LazyLock::new(|| read_list(5)),
        LazyLock::new(|| read_list(6)),
    ];
    LISTS.iter().position(|(known, _)| *known == name).map(|index| &*READ[index])
}

/// Returns all lists.
pub fn datasets() -> impl Iterator<Item = &'static Dataset> {
    LISTS.iter().filter_map(|(name, _)| dataset(name))
}

/// Returns the names of all lists, including wake word files.
#[must_use]
pub fn dataset_names() -> Vec<&'static str> {
    LISTS.iter().chain(TRUTHS).map(|(name, _)| *name).collect()
}

/// Returns the wake word times with this name.
#[must_use]
pub fn wakeword_truth(name: &str) -> Option<&'static WakewordTruth> {
    static READ: LazyLock<WakewordTruth> = LazyLock::new(|| {
        let (head, body) = split(TRUTHS[0].1);
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        WakewordTruth {
            wav: head.get("wav").copied().unwrap_or_default(),
            length_s: head.get("length_s").map_or(f64::NAN, |text| number(text)),
            words: body.filter_map(|line| line.split_once(' ')).map(|(a, b)| (number(a), number(b))).collect(),
        }
    });
    (TRUTHS[0].0 == name).then(|| &*READ)
}

fn split(text: &'static str) -> (BTreeMap<&'static str, &'static str>, std::str::Lines<'static>) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    (head.lines().filter_map(|line| line.split_once(": ")).collect(), body.lines())
}

fn read_list(index: usize) -> Dataset {
    let (name, text) = LISTS[index];
    let (head, body) = split(text);
    let number = |key: &str| head.get(key).and_then(|text| text.parse::<u32>().ok());
    let inputs: Vec<_> = body
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(class, file)| Some((file, class.parse().ok()?)))
        .collect();
    let input_bytes = number("input_bytes");
    let stride_bytes = number("stride_bytes").unwrap_or(0);
    let slices = match (number("file_bytes"), input_bytes) {
        (Some(file), Some(slice)) if stride_bytes > 0 => (file - slice) / stride_bytes + 1,
        _ => 1,
    };
    Dataset {
        name,
        title: head.get("title").copied().unwrap_or_default(),
        input_bytes,
        slices,
        stride_bytes,
        class_names: head.get("class_names").map(|names| names.split(' ').collect()).unwrap_or_default(),
        places: (0..).zip(&inputs).map(|(place, (file, _))| (*file, place)).collect(),
        inputs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_matches_its_header() {
        for (name, text) in LISTS {
            let list = dataset(name).unwrap();
            let (head, _) = split(text);
            assert_eq!(list.inputs.len().to_string(), head["inputs"], "{name}");
            assert_eq!(list.places.len(), list.inputs.len(), "{name} repeats an input");
            assert_eq!(head["sha256"].len(), 64, "{name}");
            assert_eq!(list.class_names.len().to_string(), head["classes"], "{name}");
            assert!(list.inputs.iter().all(|(_, class)| (*class as usize) < list.class_names.len()), "{name}");
        }
    }

    /// Writes each list in the format of its source and compares the hash.
    #[test]
    fn every_list_has_the_hash_of_its_source() {
        use sha2::{Digest, Sha256};
        for (name, text) in LISTS {
            let list = dataset(name).unwrap();
            let (head, _) = split(text);
            let comma = if *name == "kws01-open" { ", " } else { "," };
            let slices = if list.stride_bytes > 0 { format!(",2560,{}", list.stride_bytes) } else { String::new() };
            let rows: Vec<String> = list
                .inputs
                .iter()
                .map(|(file, class)| format!("{file}{comma}{}{comma}{class}{slices}", head["classes"]))
                .collect();
            let hashes = ["\n", "\r\n"].iter().flat_map(|end| [rows.join(end) + end, rows.join(end)]).map(|source| {
                Sha256::digest(source.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
            });
            assert!(hashes.into_iter().any(|hash| hash == head["sha256"]), "{name}");
        }
    }

    #[test]
    fn an_anomaly_file_has_196_slices() {
        assert_eq!(dataset("ad01").unwrap().slices, 196);
        assert_eq!(dataset("kws01").unwrap().slices, 1);
    }

    #[test]
    fn the_wake_word_recording_has_fifty_words() {
        let truth = wakeword_truth("sww01").unwrap();
        assert_eq!(truth.words.len(), 50);
        assert!((truth.length_s - 1200.0).abs() < 1e-9);
        assert!(truth.words.iter().all(|(a, b)| a < b));
    }
}
