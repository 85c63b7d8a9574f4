//! The inputs of an accuracy run, compared with the most similar official list.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use crate::parse::location::Line;
use crate::round::{BenchmarkSpec, Dataset, FileRole, dataset};

/// The inputs of an accuracy run.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The most similar official list; `None` if none of the inputs is on a list.
    pub list: Option<&'static Dataset>,
    /// Loads of the inputs on that list, in the order of the list.
    pub listed: Vec<Loads>,
    /// Loads of all other inputs, by name.
    pub foreign: BTreeMap<String, Loads>,
    /// The input of the first inference.
    pub first: Option<String>,
}

/// Statistics of the loads of one input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loads {
    /// Number of loads.
    count: usize,
    /// Number of different slices that were loaded.
    distinct: usize,
    /// Line of the last load.
    line: Line,
}

impl Loads {
    /// Whether the input was never loaded.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.count == 0
    }

    /// Number of different slices.
    #[must_use]
    pub const fn distinct(&self) -> usize {
        self.distinct
    }

    /// Whether a slice was loaded more than once, or more slices were loaded than the file has.
    #[must_use]
    pub const fn repeated(&self, slices: u32) -> bool {
        self.count > self.distinct || self.distinct > slices as usize
    }

    /// Line of the last load.
    #[must_use]
    pub const fn line(&self) -> Line {
        self.line
    }
}

impl Run {
    /// Returns the inputs of an accuracy run and the most similar official list, if there is one.
    #[must_use]
    pub fn listed_inputs(&self) -> Option<(&Inputs, &'static Dataset)> {
        let inputs = self.inputs.as_ref()?;
        Some((inputs, inputs.list?))
    }

    /// Returns the path of the file that shows the inputs: the log, or results.json if there is no log.
    #[must_use]
    pub fn inputs_path(&self) -> &str {
        self.path_of(if self.has(FileRole::Log) { FileRole::Log } else { FileRole::Json })
    }
}

/// A load: name of the input, position in its file, line in the evidence.
type Load<'a> = (&'a str, u32, Line);

impl Inputs {
    /// Collects the inputs from the log, or from results.json if the log does not contain inferences.
    #[must_use]
    pub fn new(run: &Run, spec: &BenchmarkSpec) -> Self {
        let loads: Vec<Load<'_>> = match run.log.as_ref().filter(|log| !log.inferences.is_empty()) {
            Some(log) => {
                let loads = log.inferences.iter();
                loads.filter_map(|load| Some((log.input_of(load)?, load.offset, load.line))).collect()
            }
            None => from_json(run),
        };
        let closest = closest_list(&loads.iter().map(|(name, ..)| *name), spec);
        let (list, places) = closest.map_or((None, Vec::new()), |closest| (Some(closest.list), closest.places));
        let places = places.into_iter().chain(std::iter::repeat(None));
        let mut listed = vec![Loads::default(); list.map_or(0, |list| list.inputs.len())];
        let mut foreign: BTreeMap<&str, Loads> = BTreeMap::new();
        let mut by_slice: Vec<(Option<u32>, Load<'_>)> = places.zip(loads.iter().copied()).collect();
        by_slice.sort_unstable();
        let mut before = None;
        for (place, (name, slice, line)) in by_slice {
            let loads = match place {
                Some(place) => &mut listed[place as usize],
                None => foreign.entry(name).or_default(),
            };
            loads.count += 1;
            loads.distinct += usize::from(before != Some((name, slice)));
            loads.line = loads.line.max(line);
            before = Some((name, slice));
        }
        let foreign = foreign.into_iter().map(|(name, loads)| (name.to_owned(), loads)).collect();
        Self { list, listed, foreign, first: loads.first().map(|(name, ..)| (*name).to_owned()) }
    }

    /// Returns every input of the list with its loads, in the order of the list.
    pub fn on_list(&self) -> impl Iterator<Item = (&str, &Loads)> {
        let names = self.list.into_iter().flat_map(|list| &list.inputs).map(|(name, _)| *name);
        names.zip(&self.listed)
    }

    /// Returns every input that was loaded: in the order of the list, then those that are not on it.
    pub fn loaded(&self) -> impl Iterator<Item = (&str, &Loads)> {
        let listed = self.on_list().filter(|(_, loads)| !loads.is_missing());
        listed.chain(self.foreign.iter().map(|(name, loads)| (name.as_str(), loads)))
    }
}

/// Returns the loads in results.json, which does not name slices: the slices of a file are in order.
fn from_json(run: &Run) -> Vec<Load<'_>> {
    let mut slices: BTreeMap<&str, u32> = BTreeMap::new();
    let names = run.json.iter().flatten().filter_map(|entry| entry.file.as_deref());
    let load = |name| {
        let next = slices.entry(name).or_default();
        *next += 1;
        (name, *next, 1)
    };
    names.map(load).collect()
}

/// The official list most similar to some inputs.
#[derive(Debug)]
pub(crate) struct Closest {
    /// The list.
    pub list: &'static Dataset,
    /// Index in the list of each input; `None` for inputs that are not on it.
    pub places: Vec<Option<u32>>,
    /// Number of different inputs that are on the list.
    pub known: usize,
    /// Number of different inputs that are not on the list.
    pub foreign: usize,
}

/// Returns the official list that is most similar to the inputs of a run; if equal, accepted lists before superseded
/// ones.
/// `None` if none of the inputs is on a list.
#[must_use]
pub(crate) fn closest_list<'a>(
    inputs: &(impl Iterator<Item = &'a str> + Clone),
    spec: &BenchmarkSpec,
) -> Option<Closest> {
    let mut best: Option<(f64, Closest)> = None;
    for list in spec.lists.iter().chain(&spec.superseded_lists).filter_map(|name| dataset(name)) {
        let places: Vec<Option<u32>> = inputs.clone().map(|input| list.place_of(input)).collect();
        let mut seen = vec![false; list.inputs.len()];
        places.iter().flatten().for_each(|place| seen[*place as usize] = true);
        let known = seen.into_iter().filter(|seen| *seen).count();
        let foreign = inputs.clone().zip(&places).filter(|(_, place)| place.is_none()).map(|(input, _)| input);
        let foreign = foreign.collect::<BTreeSet<_>>().len();
        let likeness = known as f64 / (list.inputs.len() + foreign).max(1) as f64;
        if known > 0 && best.as_ref().is_none_or(|(other, _)| likeness > *other) {
            best = Some((likeness, Closest { list, places, known, foreign }));
        }
    }
    best.map(|(_, closest)| closest)
}
