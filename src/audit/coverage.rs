//! Coverage of the catalogue of official rules, `rules/coverage.yaml`.
//!
//! Each entry is decided by rules of tinyaudit, done by a command, or cannot be decided from a submission; in the last
//! case it may carry a reminder for the submitter.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Submission;
use crate::round::{Mode, Round};

/// One entry of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Group and name of the entry, `structure/division-dir`.
    pub entry: String,
    /// Ids of the rules that decide it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The command that does what the entry asks for.
    pub command: Option<String>,
    /// What that command does.
    pub does: Option<String>,
    /// Why it cannot be decided from a submission.
    pub undecidable: Option<String>,
    /// What the submitter has to check before submitting.
    pub reminder: Option<String>,
    /// The rounds the reminder is limited to.
    pub rounds: Option<Vec<String>>,
    /// The division the reminder is limited to.
    pub division: Option<String>,
    /// The benchmark the reminder is limited to.
    pub benchmark: Option<String>,
    /// The availability of systems the reminder is limited to.
    pub status: Option<String>,
    /// Whether the reminder is limited to submissions with energy runs.
    #[serde(default)]
    pub energy: bool,
}

/// Returns all entries, in the order of the catalogue.
#[must_use]
pub(crate) fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        // A test checks that the built-in file parses.
        serde_yaml::from_str(include_str!("../../rules/coverage.yaml")).unwrap_or_default()
    });
    &ENTRIES
}

/// Finds an entry by name, with or without its group.
#[must_use]
pub(crate) fn entry_named(name: &str) -> Option<&'static Entry> {
    entries()
        .iter()
        .find(|entry| entry.entry == name || entry.entry.split_once('/').is_some_and(|(_, own)| own == name))
}

/// Returns the entries whose reminders apply to a submission, in the order of the catalogue.
#[must_use]
pub(crate) fn reminders(submission: &Submission, round: &Round) -> Vec<&'static Entry> {
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
    fn every_entry_is_decided_done_or_undecidable() {
        let mut names: Vec<_> = entries().iter().map(|entry| entry.entry.as_str()).collect();
        assert_eq!(names.len(), 202);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "duplicate entry");
        for entry in entries() {
            let ways =
                [!entry.rules.is_empty(), entry.command.is_some() && entry.does.is_some(), entry.undecidable.is_some()];
            assert_eq!(ways.into_iter().filter(|way| *way).count(), 1, "{}", entry.entry);
        }
    }
}
