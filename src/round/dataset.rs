//! The official input lists and the wake-word truth, `rules/datasets/*.txt`.
//!
//! A file is a head of `key: value` lines (among them `source` and the `sha256` of the list it was derived from), an
//! empty line, and one input a line: the class, a blank, the file's name. The wake-word truth has the start and end of
//! a spoken word in seconds instead.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::round::fingerprint::FingerprintHasher;

/// An official input list.
#[derive(Debug)]
pub struct Dataset {
    /// Its name, `kws01`.
    pub name: &'static str,
    /// What it is, in words.
    pub title: &'static str,
    /// Bytes loaded for one inference, where fixed.
    pub input_bytes: Option<u32>,
    /// Windows a file is cut into, one inference each: 1, or 196 for anomaly detection.
    pub slices: u32,
    /// Bytes from one slice to the next; zero where a file is one input.
    pub stride_bytes: u32,
    /// What its classes are called, in their order.
    pub class_names: Vec<&'static str>,
    /// File names and classes in the list's order.
    pub inputs: Vec<(&'static str, u32)>,
    /// Places in the list by file name. What is in a list does not depend on what is asked for, so no submission can make
    /// its hashes collide.
    places: HashMap<&'static str, u32, BuildHasherDefault<FingerprintHasher>>,
}

impl Dataset {
    /// The place of an input in the list.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<u32> {
        self.places.get(name).copied()
    }

    /// The class of an input.
    #[must_use]
    pub fn class_of(&self, name: &str) -> Option<u32> {
        Some(self.inputs.get(self.place_of(name)? as usize)?.1)
    }
}

/// When the wake word is spoken in a recording.
#[derive(Debug)]
pub struct WakewordTruth {
    /// Name of the recording.
    pub wav: &'static str,
    /// Its length in seconds.
    pub length_s: f64,
    /// Start and end of every spoken word, in seconds.
    pub words: Vec<(f64, f64)>,
}

macro_rules! lists {
    ($($name:literal),*) => { &[$(($name, include_str!(concat!("../../rules/datasets/", $name, ".txt")))),*] };
}

const LISTS: &[(&str, &str)] = lists!["ad01", "ad01-alt", "ic01", "ic01-v05", "kws01", "kws01-open", "vww01"];
const TRUTHS: &[(&str, &str)] = lists!["sww01"];

/// The list of that name; each is read once, when first asked for.
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

/// All lists.
pub fn datasets() -> impl Iterator<Item = &'static Dataset> {
    LISTS.iter().filter_map(|(name, _)| dataset(name))
}

/// Names of all lists and truths.
#[must_use]
pub fn dataset_names() -> Vec<&'static str> {
    LISTS.iter().chain(TRUTHS).map(|(name, _)| *name).collect()
}

/// The wake-word truth of that name.
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
    fn every_list_has_the_number_of_inputs_its_head_says() {
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

    /// The lists are those they were derived from: written in the form of the source, they have its hash.
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
    fn the_long_test_has_fifty_words() {
        let truth = wakeword_truth("sww01").unwrap();
        assert_eq!(truth.words.len(), 50);
        assert!((truth.length_s - 1200.0).abs() < 1e-9);
        assert!(truth.words.iter().all(|(a, b)| a < b));
    }
}
