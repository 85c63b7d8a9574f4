//! Follow-up of preview systems, which must be submitted as available in the next round.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Benchmark, Submission, System};
use crate::round::Round;
use crate::schema::spelling::distance;

/// A preview system of the earlier round, and whether it was followed up.
#[derive(Debug, Clone)]
pub struct PreviewFollowUp {
    /// Path of the system's results in the earlier round.
    pub path: String,
    /// Division, submitter and name of the system.
    pub system: String,
    /// What is wrong with the follow-up; `None` if nothing is.
    pub broken: Option<String>,
}

/// Compares the preview systems of an earlier round with a later one ("MLPerf submission rules", 7.3.2).
///
/// All preview systems are compared if the later submission has several submitters, otherwise only those of its
/// submitter.
#[must_use]
pub(crate) fn preview_follow_ups(earlier: &Submission, later: &Submission, round: &Round) -> Vec<PreviewFollowUp> {
    let whole = later.submitters.iter().any(|one| Some(&one.name) != later.submitters.first().map(|one| &one.name));
    let submitters: BTreeSet<&str> = later.submitters.iter().map(|one| one.name.as_str()).collect();
    let takes_part = |system: &System| whole || submitters.contains(system.submitter.as_str());
    let returned = Returned::of(later);
    earlier
        .systems
        .iter()
        .filter(|system| system.availability().as_deref() == Some("preview") && takes_part(system))
        .map(|system| PreviewFollowUp {
            path: system.path.clone(),
            system: system.full_name(),
            broken: broken(system, &returned, round),
        })
        .collect()
}

/// Maximum number of systems on the same board that are considered as the follow-up of a system.
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

/// Returns what is wrong with the follow-up of a system. The follow-up has the same name, or is any system on the same
/// board: without fault if there is one, otherwise with the most similar name.
fn broken(old: &System, later: &Returned<'_>, round: &Round) -> Option<String> {
    let submitter = old.submitter.as_str();
    if let Some(same) = later.named.get(&(submitter, old.name.as_str())) {
        return follow_up_problem(old, same, round);
    }
    let on_board = board(old).and_then(|board| later.on_board.get(&(submitter, board)));
    let mut tries: Vec<(usize, Option<String>)> = on_board
        .into_iter()
        .flatten()
        .take(MOST)
        .map(|new| (distance(&new.name, &old.name), follow_up_problem(old, new, round)))
        .collect();
    if tries.iter().any(|(_, wrong)| wrong.is_none()) {
        return None;
    }
    tries.sort();
    let nearest = tries.into_iter().next().and_then(|(_, wrong)| wrong);
    Some(nearest.unwrap_or_else(|| format!("the preview system `{}` was not submitted again", old.name)))
}

/// Returns what is wrong with `new` as the follow-up of `old`.
fn follow_up_problem(old: &System, new: &System, round: &Round) -> Option<String> {
    let status = new.availability().unwrap_or_default();
    if status != "available" {
        return Some(format!(
            "the preview system `{}` was submitted again as `{status}`, expected `available`",
            old.name
        ));
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
        return Some(format!("the preview system `{}` was submitted again without any of its benchmarks", old.name));
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

/// Inferences per second: recomputed, or claimed if it could not be recomputed.
fn throughput(benchmark: &Benchmark) -> Option<f64> {
    let scores = benchmark.scores();
    scores.throughput.or(scores.wakeword.map(|wakeword| wakeword.throughput))?.value()
}
