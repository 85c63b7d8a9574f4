//! Matches systems of two states of a submission or of two rounds, even if they were renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Identity, Submission, System};
use crate::schema::spelling::{distance, plain};

/// Evidence that two systems are the same, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemMatch {
    /// The same division, submitter and name.
    SameName,
    /// They have a session in common.
    SameSession,
    /// The names differ only in case, punctuation or spaces, or the divisions differ.
    SameSpelling,
    /// The descriptions name the same board and processor.
    SameBoard,
    /// One name contains the other, and the processor is the same.
    LongerName,
}

impl SystemMatch {
    const ALL: [Self; 5] = [Self::SameName, Self::SameSession, Self::SameSpelling, Self::SameBoard, Self::LongerName];

    /// Whether a wrong match is very unlikely.
    #[must_use]
    pub(crate) const fn is_sure(self) -> bool {
        matches!(self, Self::SameName | Self::SameSession | Self::SameSpelling)
    }
}

impl fmt::Display for SystemMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameName => "the same name",
            Self::SameSession => "the same sessions",
            Self::SameSpelling => "the same name, spelled differently",
            Self::SameBoard => "the same board and processor",
            Self::LongerName => "a similar name and the same processor",
        })
    }
}

/// A system in both states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatchedSystems<'a> {
    /// The system in the earlier state.
    pub old: &'a System,
    /// The system in the later state.
    pub new: &'a System,
    /// Why they match.
    pub by: SystemMatch,
}

/// Maximum number of candidates per system and kind of match: those whose names are next to its own in sorted order.
const MOST: usize = 100;

/// Matches the systems of two states; returns the pairs sorted by the earlier path.
///
/// Each system is matched at most once. Stronger evidence comes first; with equal evidence, the most similar names.
#[must_use]
pub(crate) fn pairs<'a>(old: &'a Submission, new: &'a Submission) -> Vec<MatchedSystems<'a>> {
    let mut pairs: Vec<MatchedSystems<'a>> = Vec::new();
    let (mut gone, mut taken): (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for by in SystemMatch::ALL {
        let mut alike: BTreeMap<(String, Sign<'_>), Vec<&'a System>> = BTreeMap::new();
        for new in new.systems.iter().filter(|new| !taken.contains(new.path.as_str())) {
            for sign in signs(new, by) {
                alike.entry((plain(&new.submitter), sign)).or_default().push(new);
            }
        }
        for systems in alike.values_mut() {
            systems.sort_by_key(|system| &system.name);
        }
        let near = |name: &str, systems: &[&'a System]| -> Vec<&'a System> {
            let place = systems.partition_point(|system| system.name.as_str() < name);
            let from = place.saturating_sub(MOST / 2).min(systems.len().saturating_sub(MOST));
            systems[from..].iter().copied().take(MOST).collect()
        };
        let mut found: Vec<(usize, MatchedSystems<'a>)> = Vec::new();
        for old in old.systems.iter().filter(|old| !gone.contains(old.path.as_str())) {
            let of_sign = |sign| alike.get(&(plain(&old.submitter), sign)).map(|systems| near(&old.name, systems));
            let candidates = signs(old, by).into_iter().filter_map(of_sign).flatten();
            let candidates =
                candidates.filter(|new| by != SystemMatch::LongerName || one_contains_the_other(&old.name, &new.name));
            found.extend(candidates.map(|new| (distance(&old.name, &new.name), MatchedSystems { old, new, by })));
        }
        found.sort_by_key(|(distance, kin)| (*distance, &kin.old.path, &kin.new.path));
        for (_, kin) in found {
            if !gone.contains(kin.old.path.as_str()) && !taken.contains(kin.new.path.as_str()) {
                gone.insert(&kin.old.path);
                taken.insert(&kin.new.path);
                pairs.push(kin);
            }
        }
    }
    pairs.sort_by_key(|kin| &kin.old.path);
    pairs
}

/// A property that two systems of a submitter share if they may be the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sign<'a> {
    Name(&'a str, &'a str),
    Session(&'a Identity),
    Words(Vec<String>),
}

fn signs(system: &System, by: SystemMatch) -> Vec<Sign<'_>> {
    let fields = |keys: &[&str]| {
        let description = system.description.as_ref();
        let field = |key: &&str| Some(plain(description?.text(key))).filter(|text| !text.is_empty());
        keys.iter().map(field).collect::<Option<_>>().map(Sign::Words).into_iter().collect()
    };
    match by {
        SystemMatch::SameName => vec![Sign::Name(&system.division, &system.name)],
        SystemMatch::SameSession => {
            let runs = system.benchmarks.iter().flat_map(|benchmark| benchmark.runs.values());
            runs.filter_map(|run| run.identity.as_ref()).map(Sign::Session).collect()
        }
        SystemMatch::SameSpelling => vec![Sign::Words(vec![plain(&system.name)])],
        SystemMatch::SameBoard => fields(&["Board Name", "Processor(s) Name", "Processor(s) Frequencies"]),
        SystemMatch::LongerName => fields(&["Processor(s) Name"]),
    }
}

fn one_contains_the_other(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    one.contains(&other) || other.contains(&one)
}
