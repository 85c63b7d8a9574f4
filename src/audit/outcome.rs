//! Outcomes of checks.

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::Finding;
use super::rule::Rule;
use crate::model::Run;
use crate::parse::location::Line;

/// A place in the submission that shows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path relative to the submission. A folder only if its listing shows that something is absent.
    pub path: Arc<str>,
    /// Line in that file; zero for the whole file.
    pub line: Line,
}

impl Place {
    /// Creates the place of a line of a file.
    #[must_use]
    pub fn new(path: &str, line: Line) -> Self {
        Self { path: Arc::from(path), line }
    }

    /// Creates the place of a whole file or of a listed folder.
    #[must_use]
    pub fn whole(path: &str) -> Self {
        Self::new(path, 0)
    }
}

/// Outcome of a check. Passing always names the place that shows it.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The check passes; the place shows it.
    Pass(Place),
    /// The check fails, with at least one finding.
    Fail(Vec<Arc<Finding>>),
    /// The evidence does not decide: where to look, and why.
    Unknown(Place, Arc<str>),
    /// There is nothing to check.
    NotApplicable,
}

/// An outcome and what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    /// The rule of the check.
    pub rule: &'static Rule,
    /// Path of the run, result, system, submitter or submission that was checked.
    pub object: Arc<str>,
    /// The outcome.
    pub outcome: Outcome,
    /// Text of the line of an unknown outcome, filled in by the report.
    pub excerpt: Option<String>,
}

/// Collects the findings of a check.
///
/// Keeps at most a hundred findings per path, and one that represents the rest. Nothing is lost by that: consequences
/// depend only on a finding's rule, path and severity.
pub struct Findings {
    rule: &'static Rule,
    found: Vec<Arc<Finding>>,
    /// Number of findings per path, and the index of the last one kept.
    places: HashMap<String, (usize, usize)>,
    /// Scratch finding once the cap is reached.
    spare: Option<Finding>,
}

impl Findings {
    /// Maximum number of findings of a check that are listed per path.
    pub const MOST: usize = 100;

    /// Creates an empty collection for a rule.
    #[must_use]
    pub(crate) fn new(rule: &'static Rule) -> Self {
        Self { rule, found: Vec::new(), places: HashMap::new(), spare: None }
    }

    /// Adds a finding at a place. The message states a fact, in lower case and without a full stop.
    pub(crate) fn at(&mut self, path: &str, line: Line, message: impl Into<String>) -> &mut Finding {
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
        self.found.push(Arc::new(Finding::new(self.rule, path, line, &message.into())));
        Arc::make_mut(&mut self.found[index])
    }

    /// Whether there are no findings so far.
    #[must_use]
    pub(crate) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Fails if there are findings. Otherwise passes at the given place; without a place, the check is not applicable.
    #[must_use]
    pub(crate) fn or_pass(self, place: impl Into<Option<Place>>) -> Outcome {
        let Self { mut found, places, rule, .. } = self;
        if found.is_empty() {
            return place.into().map_or(Outcome::NotApplicable, Outcome::Pass);
        }
        for (count, last) in places.into_values().filter(|(count, _)| *count > Self::MOST) {
            let (one, more) = (&found[last], count - Self::MOST);
            let message = format!("and {more} more findings of this rule here");
            found[last] =
                Arc::new(Finding { finding_count: more, ..Finding::new(rule, &one.path, one.line, &message) });
        }
        Outcome::Fail(found)
    }
}

/// Collects the outcomes of a check that compares runs, one per run.
pub(crate) struct Across {
    rule: &'static Rule,
    judged: Vec<(Arc<str>, Outcome)>,
}

impl Across {
    /// Creates an empty collection for a rule.
    #[must_use]
    pub(crate) const fn new(rule: &'static Rule) -> Self {
        Self { rule, judged: Vec::new() }
    }

    /// Adds the outcome of a run.
    pub(crate) fn judge(&mut self, run: &Run, outcome: impl FnOnce(Findings) -> Outcome) {
        self.judged.push((Arc::from(run.path.as_str()), outcome(Findings::new(self.rule))));
    }

    /// Returns the outcomes with the paths of their runs, in the order in which they were added.
    #[must_use]
    pub(crate) fn into_judged(self) -> Vec<(Arc<str>, Outcome)> {
        self.judged
    }
}
