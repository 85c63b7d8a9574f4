//! Systems found again in another state or round, whatever they are called there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Identity, Submission, System};
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

/// Most systems that one of the earlier state is held against for the same reason: those beside which its name would stand.
const MOST: usize = 100;

/// Every system of an earlier state beside the one it became, sorted by the earlier path. A system becomes one other at
/// most; the surest pairs are made first, of equally sure ones those whose names are nearest.
#[must_use]
pub fn pairs<'a>(old: &'a Submission, new: &'a Submission) -> Vec<Kin<'a>> {
    let mut pairs: Vec<Kin<'a>> = Vec::new();
    let (mut gone, mut taken): (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for by in Kinship::ALL {
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
        let mut found: Vec<(usize, Kin<'a>)> = Vec::new();
        for old in old.systems.iter().filter(|old| !gone.contains(old.path.as_str())) {
            let of_sign = |sign| alike.get(&(plain(&old.submitter), sign)).map(|systems| near(&old.name, systems));
            let candidates = signs(old, by).into_iter().filter_map(of_sign).flatten();
            let candidates = candidates.filter(|new| by != Kinship::LongerName || holds_another(&old.name, &new.name));
            found.extend(candidates.map(|new| (distance(&old.name, &new.name), Kin { old, new, by })));
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

/// What two systems of a submitter have in common that may be one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sign<'a> {
    Name(&'a str, &'a str),
    Session(&'a Identity),
    Words(Vec<String>),
}

fn signs(system: &System, by: Kinship) -> Vec<Sign<'_>> {
    let fields = |keys: &[&str]| {
        let description = system.description.as_ref();
        let field = |key: &&str| Some(plain(description?.text(key))).filter(|text| !text.is_empty());
        keys.iter().map(field).collect::<Option<_>>().map(Sign::Words).into_iter().collect()
    };
    match by {
        Kinship::SameName => vec![Sign::Name(&system.division, &system.name)],
        Kinship::SameSession => {
            let runs = system.benchmarks.iter().flat_map(|benchmark| benchmark.runs.values());
            runs.filter_map(|run| run.identity.as_ref()).map(Sign::Session).collect()
        }
        Kinship::SameSpelling => vec![Sign::Words(vec![plain(&system.name)])],
        Kinship::SameBoard => fields(&["Board Name", "Processor(s) Name", "Processor(s) Frequencies"]),
        Kinship::LongerName => fields(&["Processor(s) Name"]),
    }
}

fn holds_another(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    one.contains(&other) || other.contains(&one)
}
