//! Names that are the official ones but for case, or well-known short forms of them.

use std::collections::{BTreeMap, BTreeSet};

use super::mending::Step;
use crate::audit::report::Report;
use crate::model::only_orphan;
use crate::round::spelling::{plain as letters, without_copies};
use crate::round::{BenchmarkSpec, FileRole, Mode, Round};
use crate::source::{Entry, Kind, Tree, join, parent_of};

/// The folders of a submitter.
const FOLDERS: [&str; 3] = ["code", "results", "systems"];
/// What people call a run, too.
const ALIASES: [(&str, Mode); 6] = [
    ("acc", Mode::Accuracy),
    ("perf", Mode::Performance),
    ("performances", Mode::Performance),
    ("power", Mode::Energy),
    ("ener", Mode::Energy),
    ("energies", Mode::Energy),
];

/// Moves of files and folders to their official names, the innermost first, so that every path is there when its turn
/// comes. Nothing is moved to where something is.
#[must_use]
pub fn steps(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps: Vec<(usize, Step)> = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for submitter in &report.submission.submitters {
        // By the tree, as nothing is read of results in a folder of another name.
        let mut systems: BTreeMap<String, String> = BTreeMap::new();
        for entry in tree.below(&submitter.path).iter().filter(|entry| entry.kind == Kind::Folder) {
            if let [top, system] = parts_below(&submitter.path, entry)[..]
                && top.eq_ignore_ascii_case("results")
            {
                systems.entry(plain(system)).or_insert_with(|| system.to_owned());
            }
        }
        for entry in tree.below(&submitter.path).iter().filter(|entry| entry.is_text()) {
            let parts = parts_below(&submitter.path, entry);
            let Some(name) = official(&parts, entry, &report.round, &systems) else { continue };
            let parent = parent_of(&entry.path);
            let to = join(parent, &name);
            if name != entry.name() && tree.get(&to).is_none() && taken.insert(to.clone()) {
                steps.push((parts.len(), Step::Move { from: entry.path.to_string(), to }));
            }
        }
    }
    steps.extend(divisions(tree, report).map(|step| (0, step)));
    steps.extend(
        orphans(report)
            .filter(|step| !matches!(step, Step::Move { to, .. } if taken.contains(to)))
            .map(|step| (2, step)),
    );
    steps.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Divisions in another case.
fn divisions(tree: &Tree, report: &Report) -> impl Iterator<Item = Step> {
    let known = &report.round.divisions;
    report.submission.divisions.iter().filter(|one| !one.path.is_empty()).filter_map(move |division| {
        let right = known.iter().find(|name| name.eq_ignore_ascii_case(&division.name) && **name != division.name)?;
        let to = join(parent_of(&division.path), right);
        tree.get(&to).is_none().then(|| Step::Move { from: division.path.clone(), to })
    })
}

/// The description of a system that was renamed: the only one of its submitter that no system has, where one system has
/// none.
fn orphans(report: &Report) -> impl Iterator<Item = Step> {
    report.submission.submitters.iter().filter_map(|submitter| {
        let (orphan, system) = only_orphan(&report.submission, submitter)?;
        Some(Step::Move { from: orphan, to: system.description_path.clone() })
    })
}

/// The parts of a path below a folder around it.
fn parts_below<'a>(folder: &str, entry: &'a Entry) -> Vec<&'a str> {
    entry.path[folder.len()..].trim_start_matches('/').split('/').collect()
}

/// The official name of what lies at a path below a submitter, if it has one.
fn official(parts: &[&str], entry: &Entry, round: &Round, systems: &BTreeMap<String, String>) -> Option<String> {
    let folder = entry.kind == Kind::Folder;
    let name = entry.name();
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    let top = parts[0].to_lowercase();
    match (parts.len(), top.as_str(), folder) {
        (1, _, true) => FOLDERS.into_iter().find(|known| same(known)).map(str::to_owned),
        (2, "systems", false) => description(name, systems),
        (3, "results", true) => {
            let meant = |known: &str, spec: &BenchmarkSpec| same(known) || letters(name) == letters(&spec.title);
            round.benchmarks.iter().find(|(known, spec)| meant(known, spec)).map(|(known, _)| known.clone())
        }
        (4, "results", true) => mode(name).map(|mode| mode.name().to_owned()),
        (4, "results", false) => round.runners.eembc.marker.clone().filter(|marker| same(marker)),
        (5, "results", false) => {
            let mode = mode(parts[3])?;
            let names = FileRole::ALL.into_iter().filter_map(|role| round.files.of(role, mode).into_iter().next());
            names.into_iter().find(|known| same(known) || without_copies(name) == *known)
        }
        _ => None,
    }
}

/// The run that a folder is named for.
fn mode(name: &str) -> Option<Mode> {
    let lower = name.to_lowercase();
    let alias = ALIASES.into_iter().find(|(alias, _)| *alias == lower).map(|(_, mode)| mode);
    Mode::from_name(&lower).or(alias)
}

/// A name without regard to case and hyphens.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// The description of a system that is named as the file but for case and hyphens.
fn description(name: &str, systems: &BTreeMap<String, String>) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let system = systems.get(&plain(stem)).filter(|system| !system.contains(' '))?;
    ending.eq_ignore_ascii_case("json").then(|| format!("{system}.json"))
}
