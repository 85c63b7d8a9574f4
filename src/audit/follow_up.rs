//! The duty that a preview system leaves behind: it must come back as available in the next round.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Benchmark, Submission, System};
use crate::round::Round;
use crate::round::spelling::distance;

/// What became of one preview system of the earlier round.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Path of its results in the earlier round.
    pub path: String,
    /// Its division, submitter and name.
    pub system: String,
    /// What is wrong, if anything.
    pub broken: Option<String>,
}

/// All preview systems of an earlier round, held against a later one ("MLPerf submission rules", 7.3.2). A whole round is
/// held against all of them; a tree of one submitter says nothing of the others.
#[must_use]
pub fn duties(earlier: &Submission, later: &Submission, round: &Round) -> Vec<Duty> {
    let whole = later.submitters.iter().any(|one| Some(&one.name) != later.submitters.first().map(|one| &one.name));
    let submitters: BTreeSet<&str> = later.submitters.iter().map(|one| one.name.as_str()).collect();
    let takes_part = |system: &System| whole || submitters.contains(system.submitter.as_str());
    let returned = Returned::of(later);
    earlier
        .systems
        .iter()
        .filter(|system| system.availability().as_deref() == Some("preview") && takes_part(system))
        .map(|system| Duty {
            path: system.path.clone(),
            system: system.full_name(),
            broken: broken(system, &returned, round),
        })
        .collect()
}

/// Most systems on one board of which one may be the return of another.
const MOST: usize = 100;

/// The systems of a later round by submitter and name, and by submitter and board.
struct Returned<'a> {
    named: BTreeMap<(&'a str, &'a str), &'a System>,
    on_board: BTreeMap<(&'a str, &'a str), Vec<&'a System>>,
}

impl<'a> Returned<'a> {
    fn of(later: &'a Submission) -> Self {
        let mut returned = Self { named: BTreeMap::new(), on_board: BTreeMap::new() };
        for system in &later.systems {
            returned.named.entry((&system.submitter, &system.name)).or_insert(system);
            if let Some(board) = board(system) {
                returned.on_board.entry((&system.submitter, board)).or_default().push(system);
            }
        }
        returned
    }
}

/// What is wrong with the return of a system. It comes back under its own name, or as any system on its board: one board
/// may carry several, of which the best, or else the like-named, is the one that was meant.
fn broken(old: &System, later: &Returned<'_>, round: &Round) -> Option<String> {
    let submitter = old.submitter.as_str();
    if let Some(same) = later.named.get(&(submitter, old.name.as_str())) {
        return came_back(old, same, round);
    }
    let on_board = board(old).and_then(|board| later.on_board.get(&(submitter, board)));
    let mut tries: Vec<(usize, Option<String>)> = on_board
        .into_iter()
        .flatten()
        .take(MOST)
        .map(|new| (distance(&new.name, &old.name), came_back(old, new, round)))
        .collect();
    if tries.iter().any(|(_, wrong)| wrong.is_none()) {
        return None;
    }
    tries.sort();
    let nearest = tries.into_iter().next().and_then(|(_, wrong)| wrong);
    Some(nearest.unwrap_or_else(|| format!("the preview system `{}` was not submitted again", old.name)))
}

/// What is wrong with one system as the return of another.
fn came_back(old: &System, new: &System, round: &Round) -> Option<String> {
    let status = new.availability().unwrap_or_default();
    if status != "available" {
        return Some(format!("the preview system `{}` came back as `{status}`, expected `available`", old.name));
    }
    let mut again: BTreeMap<Option<&str>, &Benchmark> = BTreeMap::new();
    for benchmark in &new.benchmarks {
        again.entry(benchmark.name.as_deref()).or_insert(benchmark);
    }
    let pairs: Vec<(&Benchmark, f64, f64)> = old
        .benchmarks
        .iter()
        .filter_map(|benchmark| {
            let again = again.get(&benchmark.name.as_deref())?;
            Some((benchmark, throughput(benchmark)?, throughput(again)?))
        })
        .collect();
    if pairs.is_empty() {
        return Some(format!("the preview system `{}` came back without any of its benchmarks", old.name));
    }
    let most = round.tolerances.preview_fraction;
    let slower = pairs.iter().find(|(_, before, after)| *after < before * (1.0 - most));
    slower.map(|(benchmark, before, after)| {
        format!(
            "the preview system `{}` had {before:.3} inf/s in {}, now {after:.3} inf/s ({:+.1} %), expected at most {:.0} % less",
            old.name,
            benchmark.folder,
            100.0 * (after / before - 1.0),
            100.0 * most
        )
    })
}

fn board(system: &System) -> Option<&str> {
    let name = system.description.as_ref()?.text("Board Name");
    (!name.is_empty()).then_some(name)
}

/// Inferences per second, ours before the claim.
fn throughput(benchmark: &Benchmark) -> Option<f64> {
    let scores = benchmark.scores();
    scores.throughput.or(scores.wakeword.map(|wakeword| wakeword.throughput))?.value()
}
