//! From a tree to the model. Content can never make it fail.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Benchmark, Division, Run, Scores, Submission, Submitter, System, Window};
use crate::location::Damage;
use crate::log::energy_trace::EnergyTrace;
use crate::log::{
    self, Inference, SessionLog, claims, description, eembc, energy_trace, mlcommons, results_json, script,
};
use crate::round::{FileRole, Mode, Round, Runner};
use crate::tree::{self, Tree};

/// Why there is nothing to check.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The tree is neither a round nor a submitter's folder.
    #[error(
        "nothing to check: there is neither a division folder ({divisions}) nor a submitter's results or systems folder"
    )]
    Nothing {
        /// Divisions of the round.
        divisions: String,
    },
    /// The submitter asked for is not there.
    #[error("there is no submitter {name}; there are {known}")]
    NoSuchSubmitter {
        /// Who was asked for.
        name: String,
        /// Who is there.
        known: String,
    },
}

/// Loads a tree: a round, the parent of a division folder, a division folder, or a submitter's own folder.
///
/// Benchmarks are loaded in parallel and handed to `digest` one by one, which recomputes their scores while the bulky
/// evidence is at hand.
///
/// # Errors
/// When the tree holds nothing to check, or not the submitter asked for.
pub fn load(
    tree: &Tree,
    round: &Round,
    submitter: Option<&str>,
    digest: impl Fn(&mut Benchmark) + Sync,
) -> Result<Submission, LoadError> {
    let mut submission = find_submitters(tree, round);
    if submission.submitters.is_empty() && submission.divisions.is_empty() {
        return Err(LoadError::Nothing { divisions: round.divisions.join(", ") });
    }
    if let Some(name) = submitter {
        let known: BTreeSet<_> = submission.submitters.iter().map(|submitter| submitter.name.clone()).collect();
        submission.submitters.retain(|submitter| submitter.name == name);
        if submission.submitters.is_empty() {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(LoadError::NoSuchSubmitter { name: name.to_owned(), known });
        }
    }
    for submitter in &submission.submitters {
        submission.entries.extend(tree.below(&submitter.path).iter().cloned());
        submission.systems.extend(find_systems(tree, round, submitter));
    }
    let mut benchmarks: Vec<_> = submission.systems.iter_mut().flat_map(|system| &mut system.benchmarks).collect();
    benchmarks.par_iter_mut().for_each(|benchmark| {
        for run in benchmark.runs.values_mut() {
            read_run(tree, round, run);
        }
        digest(benchmark);
        benchmark.runs.values_mut().for_each(Run::drop_bulk);
    });
    Ok(submission)
}

fn find_submitters(tree: &Tree, round: &Round) -> Submission {
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
            submission.submitters.push(submitter(tree, &path, tree::name_of(&inner).to_owned(), inner));
        }
        submission.divisions.push(Division { name: path.clone(), path });
    }
    submission
}

fn submitter(tree: &Tree, division: &str, name: String, path: String) -> Submitter {
    let has_results = tree.is_folder(&tree::join(&path, "results"));
    Submitter { division: division.to_owned(), name, path, has_results }
}

/// The division that the system descriptions of a lone submitter's folder agree on.
fn claimed_division(tree: &Tree, round: &Round) -> String {
    let claimed: BTreeSet<_> = tree
        .children("systems")
        .filter(|entry| entry.is_file() && entry.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "json"))
        .filter_map(|entry| tree.read(entry).ok())
        .map(|bytes| description::parse(&bytes).text("Division").to_lowercase())
        .filter(|division| round.divisions.contains(division))
        .collect();
    if claimed.len() == 1 { claimed.into_iter().next().unwrap_or_default() } else { String::new() }
}

fn is_submitter(tree: &Tree, path: &str) -> bool {
    ["results", "systems"].iter().any(|name| tree.is_folder(&tree::join(path, name)))
}

fn folders_of_submitters<'a>(tree: &'a Tree, path: &str) -> impl Iterator<Item = String> + use<'a> {
    folders(tree, path).filter(|path| is_submitter(tree, path))
}

/// Folders directly in a folder, without hidden ones.
fn folders<'a>(tree: &'a Tree, path: &str) -> impl Iterator<Item = String> + use<'a> {
    tree.children(path)
        .filter(|entry| entry.kind == tree::Kind::Folder && !entry.name().starts_with('.'))
        .map(|entry| entry.path.clone())
}

/// The systems of a submitter with their benchmarks and files, not yet read.
fn find_systems(tree: &Tree, round: &Round, submitter: &Submitter) -> Vec<System> {
    let results = tree::join(&submitter.path, "results");
    let mut systems: BTreeMap<String, Vec<Benchmark>> = BTreeMap::new();
    for folder in folders(tree, &results) {
        let found = benchmark_folders(tree, round, &folder);
        if found.is_empty() {
            systems.entry(tree::name_of(&folder).to_owned()).or_default();
        }
        for path in found {
            let place = Place::of(round, &path[results.len() + 1..]);
            let benchmark = find_runs(tree, round, path.clone(), &place);
            systems.entry(place.system.to_owned()).or_default().push(benchmark);
        }
    }
    let alone = systems.len() == 1;
    systems
        .into_iter()
        .map(|(name, benchmarks)| {
            let description = description_path(tree, round, &submitter.path, &name, alone);
            system(tree, submitter, &results, name, benchmarks, description)
        })
        .collect()
}

/// Where a system's description is: under the system's name, or, where the round allows, the JSON file in or under
/// `systems` whose path has most of the system's name in it.
fn description_path(tree: &Tree, round: &Round, submitter: &str, system: &str, alone: bool) -> String {
    let folder = tree::join(submitter, "systems");
    let named = tree::join(&folder, &format!("{system}.json"));
    if !round.system_description.any_name || tree.get(&named).is_some() {
        return named;
    }
    let is_json = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"));
    let files: Vec<&str> = tree
        .below(&folder)
        .iter()
        .filter(|entry| entry.is_file() && is_json(&entry.path) && !entry.name().starts_with('.'))
        .map(|entry| entry.path.as_str())
        .collect();
    let likeness = |path: &str| {
        let below = path[folder.len()..].to_lowercase();
        let words = system.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 1);
        words.filter(|word| below.contains(&word.to_lowercase())).map(str::len).sum::<usize>()
    };
    let best = files
        .iter()
        .map(|path| (likeness(path), *path))
        .max_by_key(|(likeness, path)| (*likeness, std::cmp::Reverse(*path)));
    match best {
        Some((likeness, path)) if likeness > 2 || (alone && files.len() == 1) => path.to_owned(),
        _ => named,
    }
}

fn system(
    tree: &Tree,
    submitter: &Submitter,
    results: &str,
    name: String,
    benchmarks: Vec<Benchmark>,
    description_path: String,
) -> System {
    let description = tree.get(&description_path).filter(|entry| entry.is_file()).map(|entry| match tree.read(entry) {
        Ok(bytes) => description::parse(&bytes),
        Err(error) => {
            let damage = Some(Damage::new(0, format!("the file cannot be read: {error}")));
            description::SystemDescription { damage, ..Default::default() }
        }
    });
    System {
        division: submitter.division.clone(),
        submitter: submitter.name.clone(),
        path: tree::join(results, &name),
        name,
        description_path,
        description,
        benchmarks,
    }
}

/// Folders of a system that are benchmarks: those that hold runs, and those directly below it that hold no such folder.
fn benchmark_folders(tree: &Tree, round: &Round, system: &str) -> BTreeSet<String> {
    let with_runs: BTreeSet<&str> = tree
        .below(system)
        .iter()
        .filter(|entry| entry.kind == tree::Kind::Folder && round.mode_of_folder(entry.name()).is_some())
        .filter_map(|entry| entry.path.rsplit_once('/').map(|(parent, _)| parent))
        .filter(|parent| parent.len() > system.len())
        .collect();
    let holds_another =
        |path: &str| with_runs.iter().any(|inner| inner.starts_with(path) && inner[path.len()..].starts_with('/'));
    let mut found: BTreeSet<String> = with_runs.iter().map(|path| (*path).to_owned()).collect();
    found.extend(folders(tree, system).filter(|path| !holds_another(path)));
    found
}

/// Where a benchmark folder stands below `results`.
struct Place<'a> {
    system: &'a str,
    benchmark: &'a str,
    variant: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The benchmark is the first part with a name of the round; without one, the second part.
    fn of(round: &Round, below: &'a str) -> Self {
        let parts: Vec<&str> = below.split('/').collect();
        let index = (1..parts.len()).find(|index| round.benchmark_of_folder(parts[*index]).is_some()).unwrap_or(1);
        let length = parts[..index].iter().map(|part| part.len() + 1).sum::<usize>() - 1;
        let benchmark = parts.get(index).copied().unwrap_or_default();
        let variant = below.get(length + benchmark.len() + 2..).filter(|rest| !rest.is_empty());
        Self { system: &below[..length], benchmark, variant }
    }
}

fn find_runs(tree: &Tree, round: &Round, path: String, place: &Place<'_>) -> Benchmark {
    let mut benchmark = Benchmark {
        folder: place.benchmark.to_owned(),
        name: round.benchmark_of_folder(place.benchmark).map(str::to_owned),
        variant: place.variant.map(str::to_owned),
        files: Vec::new(),
        strange_folders: Vec::new(),
        runs: BTreeMap::new(),
        path,
    };
    for entry in tree.children(&benchmark.path) {
        match (&entry.kind, round.mode_of_folder(entry.name())) {
            (tree::Kind::Folder, Some(mode)) => {
                benchmark.runs.insert(mode, find_files(tree, round, mode, &entry.path));
            }
            (tree::Kind::Folder, None) => benchmark.strange_folders.push(entry.name().to_owned()),
            _ => benchmark.files.push(entry.name().to_owned()),
        }
    }
    benchmark
}

fn find_files(tree: &Tree, round: &Round, mode: Mode, path: &str) -> Run {
    let files: BTreeMap<String, u64> = tree
        .children(path)
        .filter_map(|entry| match entry.kind {
            tree::Kind::File(size) => Some((entry.name().to_owned(), size)),
            _ => None,
        })
        .collect();
    let paths = FileRole::ALL
        .into_iter()
        .filter_map(|role| {
            let name = round.files.of(role, mode).into_iter().find(|name| files.contains_key(name))?;
            Some((role, tree::join(path, &name)))
        })
        .collect();
    Run {
        mode,
        path: path.to_owned(),
        files,
        paths,
        runner: None,
        claims: None,
        log: None,
        script: None,
        json: None,
        trace: None,
        stamps: None,
        damage: Vec::new(),
        windows: Vec::new(),
        scores: Scores::default(),
    }
}

fn read_run(tree: &Tree, round: &Round, run: &mut Run) {
    let roles: Vec<_> = run.paths.iter().map(|(role, path)| (*role, path.clone())).collect();
    for (role, path) in roles {
        let bytes = match tree.get(&path).map(|entry| tree.read(entry)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => {
                run.damage.push((role, Damage::new(0, format!("the file cannot be read: {error}"))));
                continue;
            }
            None => continue,
        };
        if bytes.is_empty() {
            run.damage.push((role, Damage::new(0, "the file is empty")));
            continue;
        }
        read_file(run, role, bytes);
    }
    run.runner = run
        .log
        .as_ref()
        .map(|log| log.runner)
        .or_else(|| run.claims.as_ref().filter(|claims| !claims.is_empty()).and_then(|claims| claims.runner))
        .or_else(|| run.has(FileRole::Json).then_some(Runner::Mlcommons))
        .or_else(|| run.has(FileRole::Script).then_some(Runner::Eembc));
    run.windows = windows(run, round);
}

fn read_file(run: &mut Run, role: FileRole, bytes: Vec<u8>) {
    let mut damaged = |damage: Damage| run.damage.push((role, damage));
    match role {
        FileRole::Results => run.claims = Some(claims::parse(&bytes)),
        FileRole::Log => {
            run.log = if eembc::recognises(&bytes) {
                Some(eembc::parse(&bytes))
            } else if mlcommons::recognises(&bytes) {
                Some(mlcommons::parse(&bytes))
            } else {
                None
            };
        }
        FileRole::Script => run.script = Some(script::parse(&bytes)),
        FileRole::Json => match results_json::parse(&bytes) {
            Ok(entries) => run.json = Some(entries),
            Err(damage) => damaged(damage),
        },
        FileRole::Trace => {
            let mut trace = EnergyTrace::parse(bytes);
            trace.damage.drain(..).for_each(damaged);
            run.trace = Some(trace);
        }
        FileRole::Stamps => match energy_trace::parse_stamps(&bytes) {
            Ok(stamps) => run.stamps = Some(stamps),
            Err(damage) => damaged(damage),
        },
    }
}

/// The timed windows the evidence shows: pairs of stamps of an energy trace, entries of results.json, or inferences of
/// the log, whichever is the finest.
fn windows(run: &Run, round: &Round) -> Vec<Window> {
    if run.mode == Mode::Accuracy {
        return Vec::new();
    }
    if let Some(stamps) = &run.stamps {
        return trace_windows(run, round, stamps);
    }
    if let Some(entries) = &run.json {
        return json_windows(run, entries);
    }
    run.log
        .as_ref()
        .map_or_else(Vec::new, |log| log.inferences.iter().map(|inference| log_window(log, inference)).collect())
}

/// The MLCommons runner's log prints milliseconds.
const PRINTED_ROUNDING: f64 = 0.0005;

fn log_window(log: &SessionLog, inference: &Inference) -> Window {
    Window {
        role: Some(FileRole::Log),
        line: inference.start.map_or(inference.line, |stamp| stamp.line),
        input: log.input_of(inference).map(str::to_owned),
        inferences: inference.iterations,
        seconds: inference.seconds(),
        rounding: if inference.start.is_none() && inference.elapsed_s.is_some() { PRINTED_ROUNDING } else { 0.0 },
        host_seconds: host_seconds(log, inference),
        ..Window::default()
    }
}

fn host_seconds(log: &SessionLog, inference: &Inference) -> Option<f64> {
    let ms = match log.runner {
        Runner::Eembc => inference.host_ms(),
        Runner::Mlcommons => inference.done_host_ms?.checked_sub(inference.begin_host_ms?),
    };
    ms.map(|ms| ms as f64 / 1000.0)
}

fn json_windows(run: &Run, entries: &[log::results_json::Entry]) -> Vec<Window> {
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.file.is_some())
        .map(|(index, entry)| {
            let infer = entry.infer.clone().unwrap_or_default();
            let span = entry.power.as_ref().and_then(|power| {
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                Some((*start as f64 / 1000.0, *stop as f64 / 1000.0))
            });
            let seconds = span.map(|(start, stop)| stop - start).or_else(|| elapsed(&infer));
            let in_log = run.log.as_ref().and_then(|log| Some((log, log.inferences.get(index)?)));
            Window {
                role: Some(FileRole::Json),
                line: 1,
                input: entry.file.clone(),
                inferences: infer.iterations.unwrap_or(0),
                seconds,
                host_seconds: in_log.and_then(|(log, inference)| host_seconds(log, inference)),
                span,
                ..Window::default()
            }
        })
        .collect()
}

fn elapsed(infer: &log::results_json::Infer) -> Option<f64> {
    match (infer.start_time, infer.end_time) {
        (Some(start), Some(stop)) => Some((stop - start) / 1e6),
        _ => infer.elapsed_time.map(|us| us / 1e6),
    }
}

fn trace_windows(run: &Run, round: &Round, stamps: &[f64]) -> Vec<Window> {
    let inferences = run.inferences();
    let trace_on = run.log.as_ref().and_then(|log| log.trace_on_ms);
    let on_trace = |ms: Option<u64>| Some((ms? as f64 - trace_on? as f64) / 1000.0);
    stamps
        .get(round.energy.stamps_before_windows..)
        .unwrap_or_default()
        .chunks_exact(2)
        .enumerate()
        .map(|(index, pair)| {
            let inference = inferences.get(index);
            let begin = inference.and_then(|inference| on_trace(inference.begin_host_ms));
            let done = inference.and_then(|inference| on_trace(inference.done_host_ms));
            Window {
                role: Some(FileRole::Stamps),
                line: 0,
                input: inference.and_then(|inference| run.log.as_ref()?.input_of(inference)).map(str::to_owned),
                inferences: inference.map_or(0, |inference| inference.iterations),
                seconds: Some(pair[1] - pair[0]),
                host_seconds: begin.zip(done).map(|(begin, done)| done - begin),
                span: Some((pair[0], pair[1])),
                inference_span: begin.zip(done),
                ..Window::default()
            }
        })
        .collect()
}
