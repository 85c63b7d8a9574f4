//! What became of every entry of the sourced rule catalogue: `rules/coverage.yaml`.
//!
//! An entry is decided by rules of ours, done by a command, or cannot be decided from a tree; then it may hold a
//! reminder for whoever submits.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Submission;
use crate::round::{Mode, Round};

/// One entry of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Group and name in the catalogue.
    pub entry: String,
    /// The rules that decide it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The command that does it.
    pub command: Option<String>,
    /// What that command does.
    pub does: Option<String>,
    /// Why a tree cannot decide it.
    pub undecidable: Option<String>,
    /// What to remember before submitting.
    pub reminder: Option<String>,
    /// Only in these rounds.
    pub rounds: Option<Vec<String>>,
    /// Only in this division.
    pub division: Option<String>,
    /// Only with this benchmark.
    pub benchmark: Option<String>,
    /// Only with systems of this availability.
    pub status: Option<String>,
    /// Only where energy was measured.
    #[serde(default)]
    pub energy: bool,
}

/// Every entry, in the catalogue's order.
#[must_use]
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        // A test holds that the built-in table reads.
        serde_yaml::from_str(include_str!("../../rules/coverage.yaml")).unwrap_or_default()
    });
    &ENTRIES
}

/// The entry of that name, with or without its group.
#[must_use]
pub fn entry_named(name: &str) -> Option<&'static Entry> {
    entries()
        .iter()
        .find(|entry| entry.entry == name || entry.entry.split_once('/').is_some_and(|(_, own)| own == name))
}

/// The reminders that apply to a submission, in the catalogue's order.
#[must_use]
pub fn reminders(submission: &Submission, round: &Round) -> Vec<&'static Entry> {
    let applies = |entry: &&Entry| {
        entry.reminder.is_some()
            && entry.rounds.as_ref().is_none_or(|rounds| rounds.contains(&round.name))
            && entry.division.as_ref().is_none_or(|name| submission.systems.iter().any(|one| one.division == *name))
            && entry.status.as_ref().is_none_or(|status| {
                submission.systems.iter().any(|one| one.availability().as_deref() == Some(status.as_str()))
            })
            && entry.benchmark.as_ref().is_none_or(|name| {
                submission.benchmarks().any(|(_, benchmark)| benchmark.name.as_deref() == Some(name.as_str()))
            })
            && (!entry.energy || submission.runs().any(|place| place.run.mode == Mode::Energy))
    };
    entries().iter().filter(applies).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_decided_done_or_explained() {
        let mut names: Vec<_> = entries().iter().map(|entry| entry.entry.as_str()).collect();
        assert_eq!(names.len(), 202);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "an entry stands twice");
        for entry in entries() {
            let ways =
                [!entry.rules.is_empty(), entry.command.is_some() && entry.does.is_some(), entry.undecidable.is_some()];
            assert_eq!(ways.into_iter().filter(|way| *way).count(), 1, "{}", entry.entry);
        }
    }
}
