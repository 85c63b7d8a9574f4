//! Systems found again in another state or round, whatever they are called there.

use std::fmt;

use crate::read::submission::{Submission, System};
use crate::round::spelling::{distance, plain};

/// What tells that two systems are one, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// The same division, submitter and name.
    SameName,
    /// A session of one is a session of the other.
    SameSession,
    /// The names differ in case, hyphens and blanks, or the division does.
    SameSpelling,
    /// The descriptions name the same board and processor.
    SameBoard,
    /// One name holds the other, on the same processor.
    LongerName,
}

impl Kinship {
    const ALL: [Self; 5] = [Self::SameName, Self::SameSession, Self::SameSpelling, Self::SameBoard, Self::LongerName];

    /// Whether another reading is hardly possible.
    #[must_use]
    pub const fn is_sure(self) -> bool {
        matches!(self, Self::SameName | Self::SameSession | Self::SameSpelling)
    }
}

impl fmt::Display for Kinship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameName => "the same name",
            Self::SameSession => "the same sessions",
            Self::SameSpelling => "the same name but for its spelling",
            Self::SameBoard => "the same board and processor",
            Self::LongerName => "a similar name, the same processor",
        })
    }
}

/// A system and the one it became.
#[derive(Debug, Clone, Copy)]
pub struct Kin<'a> {
    /// In the earlier state.
    pub old: &'a System,
    /// In the later one.
    pub new: &'a System,
    /// What tells so.
    pub by: Kinship,
}

/// Every system of an earlier state beside the one it became, sorted by the earlier path. A system becomes one other at
/// most; the surest pairs are made first, of equally sure ones those whose names are nearest.
#[must_use]
pub fn pairs<'a>(old: &'a Submission, new: &'a Submission) -> Vec<Kin<'a>> {
    let mut pairs: Vec<Kin<'a>> = Vec::new();
    for by in Kinship::ALL {
        let is_left = |pairs: &[Kin<'_>], system: &System| {
            !pairs.iter().any(|kin| std::ptr::eq(kin.old, system) || std::ptr::eq(kin.new, system))
        };
        let mut found: Vec<(usize, Kin<'a>)> = Vec::new();
        for old in old.systems.iter().filter(|system| is_left(&pairs, system)) {
            let candidates = new.systems.iter().filter(|system| is_left(&pairs, system) && are_kin(old, system, by));
            found.extend(candidates.map(|new| (distance(&old.name, &new.name), Kin { old, new, by })));
        }
        found.sort_by_key(|(distance, kin)| (*distance, &kin.old.path, &kin.new.path));
        for (_, kin) in found {
            if is_left(&pairs, kin.old) && is_left(&pairs, kin.new) {
                pairs.push(kin);
            }
        }
    }
    pairs.sort_by_key(|kin| &kin.old.path);
    pairs
}

fn are_kin(old: &System, new: &System, by: Kinship) -> bool {
    if plain(&old.submitter) != plain(&new.submitter) {
        return false;
    }
    let field =
        |system: &System, key: &str| plain(system.description.as_ref().map_or("", |description| description.text(key)));
    let same = |key: &str| !field(old, key).is_empty() && field(old, key) == field(new, key);
    match by {
        Kinship::SameName => (&old.division, &old.name) == (&new.division, &new.name),
        Kinship::SameSession => sessions(old).any(|one| sessions(new).any(|other| one == other)),
        Kinship::SameSpelling => plain(&old.name) == plain(&new.name),
        Kinship::SameBoard => same("Board Name") && same("Processor(s) Name") && same("Processor(s) Frequencies"),
        Kinship::LongerName => {
            let (old, new) = (plain(&old.name), plain(&new.name));
            same("Processor(s) Name") && (old.contains(&new) || new.contains(&old))
        }
    }
}

fn sessions(system: &System) -> impl Iterator<Item = &crate::read::submission::Identity> {
    system.benchmarks.iter().flat_map(|benchmark| benchmark.runs.values()).filter_map(|run| run.identity.as_ref())
}
