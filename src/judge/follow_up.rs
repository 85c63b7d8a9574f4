//! The duty that a preview system leaves behind: it must come back as available in the next round.

use crate::read::submission::{Benchmark, Submission, System};
use crate::round::Round;

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

/// All preview systems of an earlier round, held against a later one ("MLPerf submission rules", 7.3.2). Only
/// submitters that take part again are asked: a tree of one submitter says nothing of the others.
#[must_use]
pub fn duties(earlier: &Submission, later: &Submission, round: &Round) -> Vec<Duty> {
    let takes_part = |system: &System| later.submitters.iter().any(|one| one.name == system.submitter);
    earlier
        .systems
        .iter()
        .filter(|system| system.availability().as_deref() == Some("preview") && takes_part(system))
        .map(|system| Duty {
            path: system.path.clone(),
            system: format!("{}/{}/{}", system.division, system.submitter, system.name),
            broken: broken(system, later, round),
        })
        .collect()
}

fn broken(old: &System, later: &Submission, round: &Round) -> Option<String> {
    let same = |new: &&System| new.submitter == old.submitter && (new.name == old.name || board(new) == board(old));
    let Some(new) =
        later.systems.iter().filter(same).max_by_key(|new| new.availability().as_deref() == Some("available"))
    else {
        return Some(format!("the preview system `{}` was not submitted again", old.name));
    };
    let status = new.availability().unwrap_or_default();
    if status != "available" {
        return Some(format!("the preview system `{}` came back as `{status}`, expected `available`", old.name));
    }
    let pairs: Vec<(&Benchmark, f64, f64)> = old
        .benchmarks
        .iter()
        .filter_map(|benchmark| {
            let again = new.benchmarks.iter().find(|other| other.name == benchmark.name)?;
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
    let figure = scores.throughput.or(scores.wakeword.map(|wakeword| wakeword.throughput))?;
    figure.recomputed.or(figure.claimed.map(|claimed| claimed.value))
}
