//! Finds submitters, systems, benchmarks and runs in a tree. The files of runs are not read yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Benchmark, Division, Run, Submission, Submitter, System, documents};
use crate::parse::document::description::{self, SystemDescription};
use crate::parse::location::Damage;
use crate::round::{FileRole, Mode, Round};
use crate::source::{self, Entry, Tree};

pub(super) fn find_submitters(tree: &Tree, round: &Round) -> Submission {
    let names = tree.root_names();
    let own_name = names.last().cloned().unwrap_or_default();
    let parent = names.len().checked_sub(2).map(|index| names[index].clone()).unwrap_or_default();
    let mut submission = Submission::default();
    if is_submitter(tree, "") {
        let division = if round.divisions.contains(&parent) { parent } else { claimed_division(tree, round) };
        submission.submitters.push(submitter(tree, &division, own_name, String::new()));
        return submission;
    }
    let folders: Vec<_> = folders(tree, "").collect();
    let is_division = |path: &str| {
        round.divisions.iter().any(|name| name == path) || folders_of_submitters(tree, path).next().is_some()
    };
    if !folders.iter().any(|path| is_division(path)) && folders_of_submitters(tree, "").next().is_some() {
        submission.divisions.push(Division { name: own_name.clone(), path: String::new() });
        for path in folders {
            submission.submitters.push(submitter(tree, &own_name, path.clone(), path));
        }
        return submission;
    }
    for path in folders.into_iter().filter(|path| is_division(path)) {
        let known = round.divisions.contains(&path);
        let inside: Vec<_> =
            if known { self::folders(tree, &path).collect() } else { folders_of_submitters(tree, &path).collect() };
        for inner in inside {
            submission.submitters.push(submitter(tree, &path, source::name_of(&inner).to_owned(), inner));
        }
        submission.divisions.push(Division { name: path.clone(), path });
    }
    submission
}

fn submitter(tree: &Tree, division: &str, name: String, path: String) -> Submitter {
    let has_results = tree.is_folder(&source::join(&path, "results"));
    Submitter {
        division: division.to_owned(),
        name,
        model_mapping: Arc::new(documents::model_mapping(tree, &path)),
        documents: documents::Documents::default(),
        code_weights: None,
        path,
        has_results,
    }
}

/// Returns the division that all system descriptions of a single submitter's folder name; empty if they differ.
fn claimed_division(tree: &Tree, round: &Round) -> String {
    let claimed: BTreeSet<_> = tree
        .children("systems")
        .filter(|entry| entry.is_file() && entry.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "json"))
        .map(|entry| read_description(tree, entry).text("Division").to_lowercase())
        .filter(|division| round.divisions.contains(division))
        .collect();
    if claimed.len() == 1 { claimed.into_iter().next().unwrap_or_default() } else { String::new() }
}

fn is_submitter(tree: &Tree, path: &str) -> bool {
    ["results", "systems"].iter().any(|name| tree.is_folder(&source::join(path, name)))
}

fn folders_of_submitters<'a>(tree: &'a Tree, path: &str) -> impl Iterator<Item = String> + use<'a> {
    folders(tree, path).filter(|path| is_submitter(tree, path))
}

/// Returns the folders directly in a folder, without hidden ones.
fn folders<'a>(tree: &'a Tree, path: &str) -> impl Iterator<Item = String> + use<'a> {
    tree.children(path)
        .filter(|entry| entry.kind == source::Kind::Folder && !entry.name().starts_with('.'))
        .map(|entry| entry.path.to_string())
}

/// Finds the systems of a submitter with their benchmarks and files, without reading the files.
pub(super) fn find_systems(tree: &Tree, round: &Round, submitter: &Submitter) -> Vec<System> {
    let results = source::join(&submitter.path, "results");
    let mut systems: BTreeMap<String, Vec<Benchmark>> = BTreeMap::new();
    for folder in folders(tree, &results) {
        let found = benchmark_folders(tree, round, &folder);
        if found.is_empty() {
            systems.entry(source::name_of(&folder).to_owned()).or_default();
        }
        for path in found {
            let named = |folder: &str| benchmark_of_folder(round, submitter, folder);
            let place = Place::of(&named, &path[results.len() + 1..]);
            let benchmark = find_runs(tree, round, path.clone(), &place, named(place.benchmark));
            systems.entry(place.system.to_owned()).or_default().push(benchmark);
        }
    }
    let alone = systems.len() == 1;
    let mut descriptions = Descriptions::of(tree, round, &submitter.path);
    systems
        .into_iter()
        .map(|(name, benchmarks)| {
            let description_path = descriptions.path(&name, alone);
            System {
                division: submitter.division.clone(),
                submitter: submitter.name.clone(),
                path: source::join(&results, &name),
                name,
                description: descriptions.read(&description_path),
                description_path,
                benchmarks,
            }
        })
        .collect()
}

/// The system descriptions of a submitter.
struct Descriptions<'a> {
    tree: &'a Tree,
    folder: String,
    /// JSON files below `systems`, as lower-case path and path; empty unless the round allows any name for
    /// descriptions.
    files: Vec<(String, &'a str)>,
    read: BTreeMap<String, Option<Arc<SystemDescription>>>,
}

impl<'a> Descriptions<'a> {
    /// Maximum number of files that are considered for a system without a file of its name.
    const MOST: usize = 100;

    fn of(tree: &'a Tree, round: &Round, submitter: &str) -> Self {
        let folder = source::join(submitter, "systems");
        let is_json = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"));
        let inside = if round.system_description.any_name { tree.below(&folder) } else { &[] };
        let files = inside
            .iter()
            .filter(|entry| entry.is_file() && is_json(&entry.path) && !entry.name().starts_with('.'))
            .take(Self::MOST)
            .map(|entry| (entry.path[folder.len()..].to_lowercase(), &*entry.path))
            .collect();
        Self { tree, folder, files, read: BTreeMap::new() }
    }

    /// Returns the path of a system's description: the file with the system's name or, if the round allows any name,
    /// the JSON file below `systems` whose path contains most of the system's name.
    fn path(&self, system: &str, alone: bool) -> String {
        let named = source::join(&self.folder, &format!("{system}.json"));
        if self.files.is_empty() || self.tree.get(&named).is_some() {
            return named;
        }
        let words = system.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 1);
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        let likeness =
            |below: &str| -> usize { words.iter().filter(|word| below.contains(word.as_str())).map(String::len).sum() };
        let best = self
            .files
            .iter()
            .map(|(below, path)| (likeness(below), *path))
            .max_by_key(|(likeness, path)| (*likeness, std::cmp::Reverse(*path)));
        match best {
            Some((likeness, path)) if likeness > 2 || (alone && self.files.len() == 1) => path.to_owned(),
            _ => named,
        }
    }

    /// Reads a description; each file is read only once.
    fn read(&mut self, path: &str) -> Option<Arc<SystemDescription>> {
        if let Some(read) = self.read.get(path) {
            return read.clone();
        }
        let entry = self.tree.get(path).filter(|entry| entry.is_file());
        let read = entry.map(|entry| Arc::new(read_description(self.tree, entry)));
        self.read.insert(path.to_owned(), read.clone());
        read
    }
}

/// Maximum size of a description that is read, in bytes; twenty times the template.
const MAX_DESCRIPTION: u64 = 64 << 10;

fn read_description(tree: &Tree, entry: &Entry) -> SystemDescription {
    let damaged = |what: String| SystemDescription { damage: Some(Damage::new(0, what)), ..Default::default() };
    match entry.size() {
        Some(size) if size > MAX_DESCRIPTION => {
            damaged(format!("the file has {size} bytes, expected at most {MAX_DESCRIPTION}"))
        }
        _ => match tree.read(entry) {
            Ok(bytes) => description::parse(&bytes),
            Err(error) => damaged(format!("the file cannot be read: {error}")),
        },
    }
}

/// Returns the folders of a system that are benchmarks: those that contain runs, and those directly below the system
/// that do not contain such a folder.
fn benchmark_folders(tree: &Tree, round: &Round, system: &str) -> BTreeSet<String> {
    let with_runs: BTreeSet<&str> = tree
        .below(system)
        .iter()
        .filter(|entry| entry.kind == source::Kind::Folder && round.mode_of_folder(entry.name()).is_some())
        .filter_map(|entry| entry.path.rsplit_once('/').map(|(parent, _)| parent))
        .filter(|parent| parent.len() > system.len())
        .collect();
    let holds_another = |path: &str| {
        let prefix = format!("{path}/");
        with_runs.range(prefix.as_str()..).next().is_some_and(|inner| inner.starts_with(&prefix))
    };
    let mut found: BTreeSet<String> = with_runs.iter().map(|path| (*path).to_owned()).collect();
    found.extend(folders(tree, system).filter(|path| !holds_another(path)));
    found
}

/// Returns the official short name of a benchmark's folder. In the open division, `model_mapping.json` may add folder
/// names.
fn benchmark_of_folder(round: &Round, submitter: &Submitter, folder: &str) -> Option<String> {
    let mapped = submitter.model_mapping.get(folder).filter(|_| !submitter.is_closed()).map(String::as_str);
    round.benchmark_of_folder(folder).or(mapped.filter(|name| round.benchmarks.contains_key(*name))).map(str::to_owned)
}

/// Parts of a benchmark folder's path below `results`.
struct Place<'a> {
    system: &'a str,
    benchmark: &'a str,
    variant: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Splits a path below `results`. The benchmark is the first part, after the system, that names a benchmark of the
    /// round; otherwise the second part.
    fn of(named: &dyn Fn(&str) -> Option<String>, below: &'a str) -> Self {
        let parts: Vec<&str> = below.split('/').collect();
        let index = (1..parts.len()).find(|index| named(parts[*index]).is_some()).unwrap_or(1);
        let length = parts[..index].iter().map(|part| part.len() + 1).sum::<usize>() - 1;
        let benchmark = parts.get(index).copied().unwrap_or_default();
        let variant = below.get(length + benchmark.len() + 2..).filter(|rest| !rest.is_empty());
        Self { system: &below[..length], benchmark, variant }
    }
}

fn find_runs(tree: &Tree, round: &Round, path: String, place: &Place<'_>, name: Option<String>) -> Benchmark {
    let mut benchmark = Benchmark {
        folder: place.benchmark.to_owned(),
        name,
        variant: place.variant.map(str::to_owned),
        files: tree.files_in(&path),
        other_folders: Vec::new(),
        runs: BTreeMap::new(),
        weights: None,
        path,
    };
    for entry in tree.children(&benchmark.path) {
        match (&entry.kind, round.mode_of_folder(entry.name())) {
            (source::Kind::Folder, Some(mode)) => {
                benchmark.runs.insert(mode, Box::new(find_files(tree, round, mode, &entry.path)));
            }
            (source::Kind::Folder, None) => benchmark.other_folders.push(entry.name().to_owned()),
            _ => {}
        }
    }
    benchmark
}

fn find_files(tree: &Tree, round: &Round, mode: Mode, path: &str) -> Run {
    let files = tree.files_in(path);
    let paths = FileRole::ALL
        .into_iter()
        .filter_map(|role| {
            let name = round.files.of(role, mode).into_iter().find(|name| files.contains(name))?;
            Some((role, source::join(path, &name)))
        })
        .collect();
    Run { path: path.to_owned(), files, paths, ..Run::new(mode) }
}
