//! The inputs of an accuracy run beside the official list they come closest to.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use crate::parse::location::Line;
use crate::round::{BenchmarkSpec, Dataset, FileRole, dataset};

/// What an accuracy run was run on.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The official list that has most of the inputs in common; `None` if no input is on any list.
    pub list: Option<&'static Dataset>,
    /// Loads of the inputs on that list, in its order.
    pub listed: Vec<Loads>,
    /// Loads of all other inputs, by name.
    pub foreign: BTreeMap<String, Loads>,
    /// The input of the first inference.
    pub first: Option<String>,
}

/// How often an input was loaded, and where in the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loads {
    /// Number of loads.
    count: usize,
    /// Number of different slices.
    distinct: usize,
    /// Line of the last load.
    line: Line,
}

impl Loads {
    /// Whether it was never loaded.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.count == 0
    }

    /// Number of different slices.
    #[must_use]
    pub const fn distinct(&self) -> usize {
        self.distinct
    }

    /// Whether a slice was loaded twice, or there are more slices than the file has.
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
    /// The inputs of an accuracy run and the official list they come closest to, where there is one.
    #[must_use]
    pub fn listed_inputs(&self) -> Option<(&Inputs, &'static Dataset)> {
        let inputs = self.inputs.as_ref()?;
        Some((inputs, inputs.list?))
    }

    /// The file that shows the inputs: the log, or results.json where there is none.
    #[must_use]
    pub fn inputs_path(&self) -> &str {
        self.path_of(if self.has(FileRole::Log) { FileRole::Log } else { FileRole::Json })
    }
}

/// A load: the input's name, where in the file, and its line.
type Load<'a> = (&'a str, u32, Line);

impl Inputs {
    /// The inputs the log shows, or results.json where there is no log.
    #[must_use]
    pub fn of(run: &Run, spec: &BenchmarkSpec) -> Self {
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

    /// Every input of the list by name, in its order.
    pub fn on_list(&self) -> impl Iterator<Item = (&str, &Loads)> {
        let names = self.list.into_iter().flat_map(|list| &list.inputs).map(|(name, _)| *name);
        names.zip(&self.listed)
    }

    /// Every input that was loaded, by name and in the order of the list, others last.
    pub fn loaded(&self) -> impl Iterator<Item = (&str, &Loads)> {
        let listed = self.on_list().filter(|(_, loads)| !loads.is_missing());
        listed.chain(self.foreign.iter().map(|(name, loads)| (name.as_str(), loads)))
    }
}

/// What results.json says was loaded: it does not tell slices apart, they come in order.
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

/// The official list some inputs come closest to.
#[derive(Debug)]
pub struct Closest {
    /// The list.
    pub list: &'static Dataset,
    /// The place in the list of each of the inputs.
    pub places: Vec<Option<u32>>,
    /// How many different inputs are on the list.
    pub known: usize,
    /// How many different inputs are not.
    pub foreign: usize,
}

/// The official list that has most of the inputs in common with a run, accepted lists before superseded ones; `None` if
/// no input is on any.
#[must_use]
pub fn closest_list<'a>(inputs: &(impl Iterator<Item = &'a str> + Clone), spec: &BenchmarkSpec) -> Option<Closest> {
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
