//! The inputs of an accuracy run beside the official list they come closest to.

use std::collections::BTreeMap;

use super::Run;
use crate::location::Line;
use crate::round::{BenchmarkSpec, Dataset, dataset};

/// What an accuracy run was run on.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The official list that has most of the inputs in common; `None` if no input is on any list.
    pub list: Option<&'static Dataset>,
    /// Loads by input name.
    pub loads: BTreeMap<String, Loads>,
    /// The input that was loaded first.
    pub first: Option<String>,
}

/// How often an input was loaded, and where in the file.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    /// Number of loads.
    count: usize,
    /// Number of different slices.
    distinct: usize,
    /// Line of the last load.
    line: Line,
}

impl Loads {
    fn of(places: &mut [(u32, Line)]) -> Self {
        let line = places.last().map_or(0, |(_, line)| *line);
        places.sort_unstable();
        let distinct = places.chunk_by(|(a, _), (b, _)| a == b).count();
        Self { count: places.len(), distinct, line }
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

impl Inputs {
    /// The inputs the log shows, or results.json where there is no log.
    #[must_use]
    pub fn of(run: &Run, spec: &BenchmarkSpec) -> Self {
        let (names, mut places) = match run.log.as_ref().filter(|log| !log.inferences.is_empty()) {
            Some(log) => {
                let mut places: Vec<Vec<(u32, Line)>> = vec![Vec::new(); log.inputs.len()];
                for inference in &log.inferences {
                    if let Some(places) = inference.input.and_then(|index| places.get_mut(index as usize)) {
                        places.push((inference.offset, inference.line));
                    }
                }
                (log.inputs.clone(), places)
            }
            None => listed(run),
        };
        let first = names.first().cloned();
        let loads = names.into_iter().zip(places.iter_mut().map(|places| Loads::of(places)));
        let loads: BTreeMap<String, Loads> = loads.filter(|(_, loads)| loads.count > 0).collect();
        let list = closest_list(&loads.keys().map(String::as_str), spec);
        Self { list, loads, first }
    }
}

/// Names in results.json in their order, and places: it does not tell slices apart, they come in order.
fn listed(run: &Run) -> (Vec<String>, Vec<Vec<(u32, Line)>>) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut names, mut places): (Vec<String>, Vec<Vec<(u32, Line)>>) = (Vec::new(), Vec::new());
    for name in run.json.iter().flatten().filter_map(|entry| entry.file.as_deref()) {
        let index = *known.entry(name).or_insert(names.len());
        if index == names.len() {
            names.push(name.to_owned());
            places.push(Vec::new());
        }
        let next = u32::try_from(places[index].len()).unwrap_or(u32::MAX);
        places[index].push((next, 1));
    }
    (names, places)
}

/// The official list that has most of the inputs in common with a run, accepted lists before superseded ones.
#[must_use]
pub fn closest_list<'a>(
    inputs: &(impl Iterator<Item = &'a str> + Clone),
    spec: &BenchmarkSpec,
) -> Option<&'static Dataset> {
    let mut best: Option<(f64, &'static Dataset)> = None;
    let total = inputs.clone().count();
    for list in spec.lists.iter().chain(&spec.superseded_lists).filter_map(|name| dataset(name)) {
        let known = inputs.clone().filter(|input| list.labels.contains_key(input)).count();
        let united = (total + list.inputs.len() - known).max(1);
        let likeness = known as f64 / united as f64;
        if known > 0 && best.is_none_or(|(other, _)| likeness > other) {
            best = Some((likeness, list));
        }
    }
    best.map(|(_, list)| list)
}
