//! Outcomes: how a check ends for what it judges.

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::Finding;
use super::rule::Rule;
use crate::model::Run;
use crate::parse::location::Line;

/// Where something is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path relative to the tree; that of a folder only where an absence is shown by its listing.
    pub path: String,
    /// Line in that file; zero for the whole of it.
    pub line: Line,
}

impl Place {
    /// A line of a file.
    #[must_use]
    pub fn new(path: &str, line: Line) -> Self {
        Self { path: path.to_owned(), line }
    }

    /// A whole file, or a folder that was listed.
    #[must_use]
    pub fn whole(path: &str) -> Self {
        Self::new(path, 0)
    }
}

/// How a check ends. There is no passing without a place that shows it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The place shows that it is as it must be.
    Pass(Place),
    /// It is not as it must be.
    Fail(Vec<Finding>),
    /// Nobody can tell: where to look, and why.
    Unknown(Place, String),
    /// There is nothing to check.
    NotApplicable,
}

/// An outcome with what was judged.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The rule that was judged.
    pub rule: &'static Rule,
    /// Path of the run, result, system, submitter or submission that was judged.
    pub object: Arc<str>,
    /// How it ended.
    pub outcome: Outcome,
    /// The text of the line of an unknown outcome, filled in by the report.
    pub excerpt: Option<String>,
}

/// Where a check reports what is wrong. Of one place no more than a hundred findings are kept, and one that stands for all
/// others: what follows from a finding follows from its check, place and severity alone.
pub struct Findings {
    rule: &'static Rule,
    found: Vec<Finding>,
    /// By place how many there are, and which of those that are kept is the last.
    places: HashMap<String, (usize, usize)>,
    /// Scratch finding once the cap is reached.
    spare: Option<Finding>,
}

impl Findings {
    /// Most findings of a check in one place that are listed.
    pub const MOST: usize = 100;

    /// Of a rule, none yet.
    #[must_use]
    pub fn new(rule: &'static Rule) -> Self {
        Self { rule, found: Vec::new(), places: HashMap::new(), spare: None }
    }

    /// Reports that the check fails at a place. The message is lower case, without a full stop, and states a fact.
    pub fn at(&mut self, path: &str, line: Line, message: impl Into<String>) -> &mut Finding {
        let index = self.found.len();
        if let Some((count, last)) = self.places.get_mut(path) {
            *count += 1;
            if *count > Self::MOST + 1 {
                return self.spare.insert(Finding::new(self.rule, "", 0, ""));
            }
            *last = index;
        } else {
            self.places.insert(path.to_owned(), (1, index));
        }
        self.found.push(Finding::new(self.rule, path, line, &message.into()));
        &mut self.found[index]
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Fails if anything is wrong. Otherwise passes at the place that shows it; without one, nothing was checked.
    #[must_use]
    pub fn or_pass(self, place: impl Into<Option<Place>>) -> Outcome {
        let Self { mut found, places, rule, .. } = self;
        if found.is_empty() {
            return place.into().map_or(Outcome::NotApplicable, Outcome::Pass);
        }
        for (count, last) in places.into_values().filter(|(count, _)| *count > Self::MOST) {
            let (one, more) = (&found[last], count - Self::MOST);
            let message = format!("and {more} more in the same place");
            found[last] = Finding { stands_for: more, ..Finding::new(rule, &one.path, one.line, &message) };
        }
        Outcome::Fail(found)
    }
}

/// Where a check that compares runs reports an outcome per run.
pub struct Across {
    rule: &'static Rule,
    judged: Vec<(Arc<str>, Outcome)>,
}

impl Across {
    /// Of a rule, nothing judged yet.
    #[must_use]
    pub const fn new(rule: &'static Rule) -> Self {
        Self { rule, judged: Vec::new() }
    }

    /// Judges a run.
    pub fn judge(&mut self, run: &Run, outcome: impl FnOnce(Findings) -> Outcome) {
        self.judged.push((Arc::from(run.path.as_str()), outcome(Findings::new(self.rule))));
    }

    /// The outcomes with the paths of their runs, in the order in which they were judged.
    #[must_use]
    pub fn into_judged(self) -> Vec<(Arc<str>, Outcome)> {
        self.judged
    }
}
