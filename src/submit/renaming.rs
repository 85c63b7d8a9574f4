//! Plans moves of files and folders whose names differ from the official ones in case only, or are common short forms.

use std::collections::{BTreeMap, BTreeSet};

use super::fixing::Step;
use crate::audit::report::Report;
use crate::model::only_orphan;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round};
use crate::schema::spelling::{plain as letters, without_copies};
use crate::source::{Entry, Kind, Tree, join, parent_of};

/// The official folders of a submitter.
const FOLDERS: [&str; 3] = ["code", "results", "systems"];
/// Common other names of the run folders.
const ALIASES: [(&str, Mode); 6] = [
    ("acc", Mode::Accuracy),
    ("perf", Mode::Performance),
    ("performances", Mode::Performance),
    ("power", Mode::Energy),
    ("ener", Mode::Energy),
    ("energies", Mode::Energy),
];

/// Returns moves of files and folders to their official names. Inner paths come first, so that every path still exists
/// when its move is made. Nothing is moved to a path that already exists.
#[must_use]
pub(crate) fn steps(tree: &Tree, report: &Report) -> Vec<Step> {
    let mut steps: Vec<(usize, Step)> = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for submitter in &report.submission.submitters {
        // From the tree, not the model: the model has no results from a folder that is not named `results`.
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

/// Returns moves of division folders whose names differ from the official ones in case only.
fn divisions(tree: &Tree, report: &Report) -> impl Iterator<Item = Step> {
    let known = &report.round.divisions;
    report.submission.divisions.iter().filter(|one| !one.path.is_empty()).filter_map(move |division| {
        let right = known.iter().find(|name| name.eq_ignore_ascii_case(&division.name) && **name != division.name)?;
        let to = join(parent_of(&division.path), right);
        tree.get(&to).is_none().then(|| Step::Move { from: division.path.clone(), to })
    })
}

/// Returns moves of the descriptions of renamed systems: where one description of a submitter belongs to no system and
/// one system has no description.
fn orphans(report: &Report) -> impl Iterator<Item = Step> {
    report.submission.submitters.iter().filter_map(|submitter| {
        let (orphan, system) = only_orphan(&report.submission, submitter)?;
        Some(Step::Move { from: orphan, to: system.description_path.clone() })
    })
}

/// Returns the parts of a path below one of its parent folders.
fn parts_below<'a>(folder: &str, entry: &'a Entry) -> Vec<&'a str> {
    entry.path[folder.len()..].trim_start_matches('/').split('/').collect()
}

/// Returns the official name of a file or folder below a submitter, if there is one.
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

/// Returns the mode that a run folder is named after.
fn mode(name: &str) -> Option<Mode> {
    let lower = name.to_lowercase();
    let alias = ALIASES.into_iter().find(|(alias, _)| *alias == lower).map(|(_, mode)| mode);
    Mode::from_name(&lower).or(alias)
}

/// Returns a name in lower case, with `_` for hyphens.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// Returns the official file name of a system description whose name differs in case or hyphens only.
fn description(name: &str, systems: &BTreeMap<String, String>) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let system = systems.get(&plain(stem)).filter(|system| !system.contains(' '))?;
    ending.eq_ignore_ascii_case("json").then(|| format!("{system}.json"))
}
