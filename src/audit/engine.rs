//! The engine: runs every check. [`super::resolve`] derives findings and proofs from the outcomes.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::check::{Check, Scope};
use super::checks::CHECKS;
use super::finding::Finding;
use super::outcome::{Across, Findings, Judgement, Outcome};
use super::rule::{Affects, Rule, Severity};
use super::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};
use crate::model::Submission;
use crate::round::Round;

/// Runs the checks of one result and of its runs, while the evidence is in memory. `result` is a submission that
/// contains only that result.
#[must_use]
pub(crate) fn judge_result(result: &Submission, round: &Round) -> Vec<Judgement> {
    let mut outcomes = Outcomes::new(result, round);
    for place in result.runs() {
        let view = RunView::new(&place, round);
        let object = Arc::from(place.run.path.as_str());
        for check in CHECKS {
            match check.scope {
                Scope::Run(run) => outcomes.add(&check.rule, &object, run(&view, Findings::new(&check.rule))),
                Scope::Figure(prove) => {
                    if let Some(kind) = view.kind().filter(|kind| check.rule.affects.includes(*kind)) {
                        outcomes.add(&check.rule, &object, prove(&view, kind));
                    }
                }
                _ => {}
            }
        }
    }
    for (_, benchmark) in result.benchmarks() {
        let view = ResultView { round, benchmark, spec: benchmark.spec(round) };
        let object = Arc::from(benchmark.path.as_str());
        for check in CHECKS {
            if let Scope::Result(judge) = check.scope {
                outcomes.add(&check.rule, &object, judge(&view, Findings::new(&check.rule)));
            }
        }
    }
    outcomes.judged
}

/// Runs the checks of systems, submitters and the submission, one check per parallel task.
#[must_use]
pub(crate) fn judge_submission(submission: &Submission, round: &Round) -> Vec<Judgement> {
    let of_check = |check: &'static Check| {
        let mut outcomes = Outcomes::new(submission, round);
        let view = SubmissionView { round, submission };
        match check.scope {
            Scope::System(judge) => {
                for system in &submission.systems {
                    let object = Arc::from(system.path.as_str());
                    outcomes.add(
                        &check.rule,
                        &object,
                        judge(&SystemView { round, system }, Findings::new(&check.rule)),
                    );
                }
            }
            Scope::Submitter(judge) => {
                for submitter in &submission.submitters {
                    let view = SubmitterView::new(submitter, submission, round);
                    let object = Arc::from(submitter.path.as_str());
                    outcomes.add(&check.rule, &object, judge(&view, Findings::new(&check.rule)));
                }
            }
            Scope::Submission(judge) => {
                outcomes.add(&check.rule, &Arc::from(""), judge(&view, Findings::new(&check.rule)));
            }
            Scope::Across(judge) => {
                let mut across = Across::new(&check.rule);
                judge(&view, &mut across);
                for (object, outcome) in across.into_judged() {
                    outcomes.add(&check.rule, &object, outcome);
                }
            }
            Scope::Figure(_) | Scope::Run(_) | Scope::Result(_) | Scope::Engine => {}
        }
        outcomes.judged
    };
    CHECKS.par_iter().flat_map_iter(of_check).collect()
}

/// Collects outcomes and gives findings the severities of the round.
struct Outcomes<'a> {
    submission: &'a Submission,
    round: &'a Round,
    judged: Vec<Judgement>,
    /// Paths and reasons of the outcomes. The checks of a run name few different ones, so that each is kept once.
    texts: HashSet<Arc<str>>,
}

impl<'a> Outcomes<'a> {
    fn new(submission: &'a Submission, round: &'a Round) -> Self {
        Self { submission, round, judged: Vec::new(), texts: HashSet::new() }
    }

    /// Replaces a text by an equal one that is kept already.
    fn share(&mut self, text: &mut Arc<str>) {
        if let Some(kept) = self.texts.get(text) {
            *text = Arc::clone(kept);
        } else {
            self.texts.insert(Arc::clone(text));
        }
    }

    fn add(&mut self, rule: &'static Rule, object: &Arc<str>, mut outcome: Outcome) {
        match &mut outcome {
            // Passed checks are only listed in the proof of a figure.
            Outcome::Pass(_) if !matches!(rule.affects, Affects::Figures(_)) => return,
            Outcome::NotApplicable => return,
            Outcome::Fail(found) => {
                for finding in found {
                    let own = severity(finding, self.submission, self.round);
                    Arc::make_mut(finding).severity = own;
                }
            }
            Outcome::Pass(place) => self.share(&mut place.path),
            Outcome::Unknown(place, why) => {
                self.share(&mut place.path);
                self.share(why);
            }
        }
        self.judged.push(Judgement { rule, object: Arc::clone(object), outcome, excerpt: None });
    }
}

/// Returns the severity of a finding in this round and in the division of its path.
#[must_use]
pub(crate) fn severity(finding: &Finding, submission: &Submission, round: &Round) -> Severity {
    let Some(own) = round.severities.get(finding.rule.id) else { return finding.rule.severity };
    let division = submission.submitter_of(&finding.path).map(|submitter| submitter.division.as_str());
    own.get(division.unwrap_or_default()).or_else(|| own.get("*")).copied().unwrap_or(finding.rule.severity)
}
