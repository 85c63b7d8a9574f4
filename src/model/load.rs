//! Loads a tree into the model. The content of files never makes it fail.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::find::{find_submitters, find_systems};
use super::read::{MAX_EVIDENCE, read_run};
use super::{Benchmark, Submission, System, code_weights, documents};
use crate::parse::text::printable;
use crate::round::{FileRole, Mode, Round};
use crate::source::{Kind, Tree, is_inside, name_of, parent_of, within_budget};

/// Error of loading a tree: there is nothing to check.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The tree is not a round, a division or a submitter's folder.
    #[error(
        "nothing to check: there is neither a division folder ({divisions}) nor a submitter's results or systems folder{}",
        hint(elsewhere)
    )]
    Nothing {
        /// Names of the round's divisions.
        divisions: String,
        /// Folders below that contain a submission.
        elsewhere: Vec<String>,
    },
    /// The requested submitter does not exist.
    #[error("there is no submitter {name}; the submitters are: {}", printable(known))]
    NoSuchSubmitter {
        /// The requested name.
        name: String,
        /// Names of the submitters that exist.
        known: String,
    },
}

fn hint(elsewhere: &[String]) -> String {
    match elsewhere {
        [] => String::new(),
        [only] => format!("; the submission is in `{}`", printable(only)),
        [first, ..] => {
            format!("; submissions are in `{}` and {} more folders", printable(first), elsewhere.len() - 1)
        }
    }
}

/// Returns the folders below the root at which a submission begins: those that contain a division with a submitter, and
/// submitters' folders.
fn elsewhere(tree: &Tree, round: &Round) -> Vec<String> {
    let folders = tree.entries().iter().filter(|entry| entry.kind == Kind::Folder && entry.name() == "results");
    let mut found: Vec<String> = folders
        .map(|results| {
            let submitter = parent_of(&results.path);
            let division = parent_of(submitter);
            let known = round.divisions.iter().any(|name| name == name_of(division));
            if known { parent_of(division).to_owned() } else { submitter.to_owned() }
        })
        .filter(|folder| !folder.is_empty())
        .collect();
    found.sort();
    found.dedup();
    // Keep only the outermost of nested folders.
    let outer = found.clone();
    found.retain(|folder| !outer.iter().any(|other| other != folder && is_inside(folder, other)));
    found
}

/// Finds the divisions and submitters of a tree, without their systems.
///
/// # Errors
/// When there is no submitter in the tree, or none of the given name.
pub fn submitters(tree: &Tree, round: &Round, submitter: Option<&str>) -> Result<Submission, LoadError> {
    let mut submission = find_submitters(tree, round);
    if submission.submitters.is_empty() && submission.divisions.is_empty() {
        return Err(LoadError::Nothing { divisions: round.divisions.join(", "), elsewhere: elsewhere(tree, round) });
    }
    if let Some(name) = submitter {
        let known: BTreeSet<_> = submission.submitters.iter().map(|submitter| submitter.name.clone()).collect();
        // Case is ignored unless a submitter matches exactly, as two submitters may differ only in case.
        let exact = known.contains(name);
        submission
            .submitters
            .retain(|submitter| if exact { submitter.name == name } else { submitter.name.eq_ignore_ascii_case(name) });
        if submission.submitters.is_empty() {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(LoadError::NoSuchSubmitter { name: name.to_owned(), known });
        }
    }
    Ok(submission)
}

/// Loads a tree: a round, the parent of a division folder, a division folder, or a submitter's own folder.
///
/// Documents and results are read in parallel, the largest results first. Each result is passed to `judge` as a
/// submission that contains only that result, together with the total number of results, while its evidence is in
/// memory. Afterwards the evidence is dropped unless it is kept.
///
/// # Errors
/// If the tree does not contain a submission, or not the requested submitter.
pub(crate) fn load(
    tree: &Tree,
    round: &Round,
    submitter: Option<&str>,
    keep: Keep,
    judge: impl Fn(&mut Submission, usize) + Sync,
) -> Result<Submission, LoadError> {
    let mut submission = submitters(tree, round, submitter)?;
    submission.entries = tree.parts(submission.submitters.iter().map(|submitter| submitter.path.as_str()));
    for submitter in &submission.submitters {
        submission.systems.extend(find_systems(tree, round, submitter));
    }
    if keep.weights {
        let searched = code_weights::Searched::default();
        for submitter in &mut submission.submitters {
            submitter.code_weights = Some(Arc::new(code_weights::read(tree, submitter, &searched)));
        }
        find_weights(&mut submission, round);
    }
    submission.unread = unread(tree, round, &submission, submitter.is_none());
    let mut found: Vec<Vec<Benchmark>> =
        submission.systems.iter_mut().map(|system| std::mem::take(&mut system.benchmarks)).collect();
    let results = found.iter_mut().enumerate().flat_map(|(index, found)| found.drain(..).map(move |one| (index, one)));
    let mut results: Vec<(usize, (usize, Benchmark))> = results.enumerate().collect();
    let all = results.len();
    let bytes =
        |benchmark: &Benchmark| benchmark.runs.values().map(|run| run.files.size()).fold(0, u64::saturating_add);
    let owner = |system: &System| submission.submitter_of(&system.path).map_or("", |submitter| &submitter.path);
    let owners: Vec<&str> = submission.systems.iter().map(owner).collect();
    let sizes: Vec<_> = results.iter().map(|(_, (index, benchmark))| (owners[*index], bytes(benchmark))).collect();
    let within = within_budget(&sizes, MAX_EVIDENCE);
    results.sort_by_key(|(place, _)| Reverse(sizes[*place].1));
    let read_and_judge = |(place, (index, mut benchmark)): (usize, (usize, Benchmark))| {
        benchmark.runs.values_mut().for_each(|run| read_run(tree, round, run, within[place]));
        let mut result = alone(&submission, index, benchmark);
        judge(&mut result, all);
        let mut benchmark = result.systems.remove(0).benchmarks.remove(0);
        for run in benchmark.runs.values_mut() {
            // Only checks of single results need the samples, which are the largest part of the evidence.
            run.trace = None;
            if !keep.evidence {
                run.drop_evidence();
            }
        }
        (place, (index, benchmark))
    };
    let (mut results, documents): (Vec<_>, Vec<_>) = rayon::join(
        || results.into_iter().par_bridge().map(read_and_judge).collect(),
        || submission.submitters.par_iter().map(|submitter| documents::read(tree, submitter, round)).collect(),
    );
    for (submitter, documents) in submission.submitters.iter_mut().zip(documents) {
        submitter.documents = documents;
    }
    results.sort_by_key(|(place, _)| *place);
    for (_, (index, benchmark)) in results {
        submission.systems[index].benchmarks.push(benchmark);
    }
    Ok(submission)
}

/// Finds the weights in the code of every result.
fn find_weights(submission: &mut Submission, round: &Round) {
    for submitter in &submission.submitters {
        let Some(weights) = submitter.code_weights.clone() else { continue };
        let places = submission.places_of(submitter);
        let several = places.len() > 1;
        for system in &mut submission.systems[places] {
            let mut benchmarks = std::mem::take(&mut system.benchmarks);
            for benchmark in &mut benchmarks {
                let name = benchmark.spec(round).map_or("", |spec| spec.model.as_str());
                let found = weights.of_result(&system.name, (benchmark.short_name(), name), several);
                benchmark.weights = Some(Box::new(found));
            }
            system.benchmarks = benchmarks;
        }
    }
}

/// What is loaded and kept besides the results.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keep {
    /// The evidence of the runs.
    pub evidence: bool,
    /// The weights in the code.
    pub weights: bool,
}

/// Returns files that look like session files but are not in a run: files with a session file's name in a folder with a
/// run's name, or below a folder `results` but not below `code`. Searches the whole tree if `whole`, otherwise the
/// submitters' folders.
fn unread(tree: &Tree, round: &Round, submission: &Submission, whole: bool) -> Vec<String> {
    let read: BTreeSet<&str> =
        submission.runs().flat_map(|place| place.run.paths.values()).map(String::as_str).collect();
    let runs: BTreeSet<&str> = submission.runs().map(|place| place.run.path.as_str()).collect();
    let names: BTreeSet<String> = Mode::ALL
        .into_iter()
        .flat_map(|mode| FileRole::ALL.into_iter().flat_map(move |role| round.files.of(role, mode)))
        .collect();
    let is_unread = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parts: Vec<&str> = folder.split('/').collect();
        let in_run = parts.last().is_some_and(|last| round.mode_of_folder(&last.to_lowercase()).is_some());
        let among = |place: &str| parts.iter().any(|part| part.to_lowercase().contains(place));
        names.contains(&name.to_lowercase())
            && !read.contains(path)
            && !runs.contains(folder)
            && !name.starts_with("._")
            && (in_run || among("results"))
            && (in_run || !among("code"))
    };
    let entries = if whole { &tree.parts(std::iter::once("")) } else { &submission.entries };
    let files = entries.iter().filter(|entry| entry.is_file() && is_unread(&entry.path));
    files.map(|entry| entry.path.to_string()).collect()
}

/// Returns a submission that contains only one result.
fn alone(submission: &Submission, system: usize, benchmark: Benchmark) -> Submission {
    let system = &submission.systems[system];
    let owner = submission.submitter_of(&system.path);
    let system = System { benchmarks: vec![benchmark], ..system.without_results() };
    Submission { submitters: owner.into_iter().cloned().collect(), systems: vec![system], ..Submission::default() }
}
