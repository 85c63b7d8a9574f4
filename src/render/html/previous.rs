//! The same result in the round before, where that was given.

use serde::Serialize;

use super::figures::{self, FigureRow};
use super::index::{Index, ResultEntry};
use crate::audit::lineage::{self, Kin};
use crate::audit::report::Report;
use crate::model::Benchmark;
use crate::render::untrusted::Untrusted;

/// A result of the round before.
#[derive(Debug, Serialize)]
pub struct Previous {
    /// What the system was called, and what tells that it is the same.
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

/// The systems of the round before beside those of this one.
pub struct Rounds<'a> {
    kin: Vec<Kin<'a>>,
}

impl<'a> Rounds<'a> {
    /// Of a report.
    pub fn of(report: &'a Report) -> Self {
        let earlier = report.submission.earlier.as_deref();
        Self { kin: earlier.map(|earlier| lineage::pairs(earlier, &report.submission)).unwrap_or_default() }
    }

    /// What a result was before.
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
