//! From a tree to the model. Content can never make it fail.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::find::{find_submitters, find_systems};
use super::read::read_run;
use super::{Benchmark, Run, Submission, documents};
use crate::round::Round;
use crate::tree::Tree;

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

/// Divisions and submitters of a tree; nothing of their systems is looked for.
///
/// # Errors
/// As [`load`].
pub fn submitters(tree: &Tree, round: &Round, submitter: Option<&str>) -> Result<Submission, LoadError> {
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
    Ok(submission)
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
    let mut submission = submitters(tree, round, submitter)?;
    for submitter in &mut submission.submitters {
        submitter.documents = documents::read(tree, submitter);
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
