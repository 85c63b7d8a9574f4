//! The same result in the previous round, if `check --previous` names one.

use serde::Serialize;

use super::figures::{self, FigureRow};
use super::index::{Index, ResultEntry};
use crate::audit::lineage::{self, MatchedSystems};
use crate::audit::report::Report;
use crate::model::Benchmark;
use crate::render::untrusted::Untrusted;

/// The result of the previous round, and what changed.
#[derive(Debug, Serialize)]
pub struct Previous {
    /// Name of the system in the previous round; `by` says why it is taken for the same system.
    system: String,
    by: String,
    sure: bool,
    changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
struct Change {
    name: String,
    before: String,
    now: String,
    share: String,
}

/// The systems of the previous round matched to those of this round.
pub struct Rounds<'a> {
    kin: Vec<MatchedSystems<'a>>,
}

impl<'a> Rounds<'a> {
    /// Matches the systems of a report with those of its previous round.
    pub fn of(report: &'a Report) -> Self {
        let earlier = report.submission.earlier.as_deref();
        Self { kin: earlier.map(|earlier| lineage::pairs(earlier, &report.submission)).unwrap_or_default() }
    }

    /// Returns the previous result and its changes; `None` if there is none.
    pub fn previous(&self, index: &Index<'_>, entry: &ResultEntry<'_>, now: &[FigureRow]) -> Option<Previous> {
        let kin = self.kin.iter().find(|kin| kin.new.path == entry.system.path)?;
        let same = |old: &&Benchmark| {
            (&old.name, &old.variant) == (&entry.benchmark.name, &entry.benchmark.variant) && !old.runs.is_empty()
        };
        let old = kin.old.benchmarks.iter().find(same)?;
        let before = figures::rows(index, old);
        let changes = now.iter().filter_map(FigureRow::named_value).filter_map(|(name, now)| {
            let (_, before) = before.iter().filter_map(FigureRow::named_value).find(|(own, _)| *own == name)?;
            let share = if before == 0.0 { String::new() } else { format!("{:+.2} %", 100.0 * (now / before - 1.0)) };
            Some(Change {
                name: name.to_owned(),
                before: crate::render::decimals(before),
                now: crate::render::decimals(now),
                share,
            })
        });
        Some(Previous {
            system: Untrusted(&kin.old.name).for_html(),
            by: kin.by.to_string(),
            sure: kin.by.is_sure(),
            changes: changes.collect(),
        })
    }
}
