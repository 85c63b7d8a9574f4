//! Derives findings and proofs from the outcomes of checks: which outcomes are blocked by others, which findings count,
//! and the status of every figure.
//!
//! A pure function of outcomes and decisions. It does not read files or run checks, so it can be called again when
//! waivers change.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::iter::once;
use std::sync::Arc;

use super::checks::{self, CHECKS, depth_of, place_of};
use super::engine::severity;
use super::finding::{Finding, Suppression};
use super::outcome::{Judgement, Outcome, Place};
use super::proof::{Kind, Line, Proof, Standing, Status};
use super::rule::{Affects, Need, Rule, Severity};
use super::waiver::{Waiver, rules_of};
use crate::model::Submission;
use crate::round::{Mode, Round};
use crate::source::{around, is_inside};

/// Decisions about a submission: waivers and known absences.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    /// Waivers by the rule they name, each with its position in the order of addition. They hold the paths of the
    /// submitter or system that they name.
    waivers: HashMap<Option<String>, Vec<(usize, Waiver)>>,
    /// Paths of files that are known to be absent, and the name of the list.
    pub absent: Option<(BTreeSet<String>, String)>,
    /// Rules whose warnings and notes the user ignores, and the name of the file that says so.
    pub ignored: Option<(BTreeSet<String>, String)>,
}

/// Findings and proofs that follow from the outcomes.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// The findings, not sorted.
    pub findings: Vec<Arc<Finding>>,
    /// The proofs of the figures, by the path of their run.
    pub proofs: BTreeMap<String, Proof>,
}

/// Derives findings and proofs from the outcomes of a submission's checks.
#[must_use]
pub(crate) fn resolve(
    judgements: &[Judgement],
    submission: &Submission,
    round: &Round,
    decisions: &Decisions,
) -> Resolved {
    let mut resolver = Resolver {
        judgements,
        submission,
        round,
        runs: Runs::of(submission, round),
        states: judgements.iter().map(|one| State::of(one, submission, round, decisions)).collect(),
    };
    resolver.block();
    let proofs = resolver.proofs();
    let mut findings = resolver.undecided(&proofs);
    for (state, one) in resolver.states.into_iter().zip(judgements) {
        if state.causes.is_empty() && matches!(one.outcome, Outcome::Fail(_)) {
            findings.extend(state.found);
        }
    }
    Resolved { findings, proofs }
}

/// The runs of a submission by path, with the facts that resolving needs.
struct Runs<'a> {
    by_path: BTreeMap<&'a str, RunFacts<'a>>,
}

struct RunFacts<'a> {
    result: &'a str,
    mode: Mode,
    kind: Option<Kind>,
    is_claimed: bool,
}

impl<'a> Runs<'a> {
    fn of(submission: &'a Submission, round: &Round) -> Self {
        let facts = submission.runs().map(|place| {
            let kind = place.spec(round).map(|spec| Kind::new(spec.task, place.run.mode));
            let is_claimed = place.run.claims.is_some();
            let facts = RunFacts { result: place.benchmark.path.as_str(), mode: place.run.mode, kind, is_claimed };
            (place.run.path.as_str(), facts)
        });
        Self { by_path: facts.collect() }
    }

    /// Returns the run that contains a path or is at it.
    fn holding(&self, path: &str) -> Option<&'a str> {
        around(path).find_map(|folder| self.by_path.get_key_value(folder)).map(|(path, _)| *path)
    }

    /// Returns the run of another mode of the same result.
    fn beside(&self, run: &str, mode: Mode) -> Option<&'a str> {
        let result = self.by_path.get(run)?.result;
        // Runs are in the folder of their result and sorted by path.
        let others = self.by_path.range(result..).take_while(|(path, _)| path.starts_with(result));
        others.into_iter().find(|(_, facts)| facts.mode == mode && facts.result == result).map(|(path, _)| *path)
    }
}

/// State of an outcome while it is resolved.
struct State {
    /// The findings of a failure that are not blocked, or the finding of an unknown outcome that was decided otherwise.
    /// That of any other unknown outcome is created only if it is reported: most are not.
    found: Vec<Arc<Finding>>,
    /// Indices of the outcomes that are the root causes of blocking, each once; empty if the outcome is not blocked.
    causes: Box<[usize]>,
}

impl State {
    fn of(one: &Judgement, submission: &Submission, round: &Round, decisions: &Decisions) -> Self {
        let mut found = match &one.outcome {
            Outcome::Fail(found) => found.clone(),
            Outcome::Unknown(place, why) if !decisions.is_empty() => {
                vec![Arc::new(undecided(one, place, why, submission, round))]
            }
            Outcome::Unknown(..) | Outcome::Pass(_) | Outcome::NotApplicable => Vec::new(),
        };
        for finding in &mut found {
            if let Some(why) = decisions.suppression(finding) {
                Arc::make_mut(finding).suppression = Some(Box::new(why));
            }
        }
        if matches!(one.outcome, Outcome::Unknown(..)) {
            found.retain(|finding| finding.suppression.is_some());
        }
        Self { found, causes: Box::default() }
    }
}

/// Creates the finding for an unknown outcome.
fn undecided(one: &Judgement, place: &Place, why: &str, submission: &Submission, round: &Round) -> Finding {
    let mut finding = Finding::new(&checks::evidence_undecided::CHECK.rule, &place.path, place.line, why);
    finding.severity = severity(&finding, submission, round);
    finding.excerpt.clone_from(&one.excerpt);
    finding.undecided = Some(one.rule);
    finding.note(format!("the check requires: {}", one.rule.clause()));
    finding
}

impl Decisions {
    /// Adds waivers. If several match a finding, the last one counts.
    pub(crate) fn add(&mut self, waivers: impl Iterator<Item = Waiver>) {
        let given = self.waivers.values().map(Vec::len).sum();
        for (index, waiver) in (given..).zip(waivers) {
            self.waivers.entry(waiver.rule.clone()).or_default().push((index, waiver));
        }
    }

    /// Whether nothing is decided, so that every finding counts.
    fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.absent.is_none() && self.ignored.is_none()
    }

    /// Removes all waivers.
    pub(crate) fn remove_waivers(&mut self) {
        self.waivers.clear();
    }

    /// Returns why a finding does not count: the last waiver that matches it, or that all files it misses are known to
    /// be absent.
    fn suppression(&self, finding: &Finding) -> Option<Suppression> {
        let rules = rules_of(finding).map(|id| Some(id.to_owned())).chain([None]);
        let own = rules.filter_map(|rule| self.waivers.get(&rule)).flatten();
        let waiver = own.filter(|(_, waiver)| waiver.covers(finding)).max_by_key(|(index, _)| *index);
        let known_absent = || {
            let (absent, list) = self.absent.as_ref()?;
            let holds_one = |folder: &String| {
                let below = format!("{folder}/");
                absent.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
            };
            let is_known = |path: &String| absent.contains(path) || holds_one(path);
            let is_absent = finding.rule.absence
                && !finding.missing.is_empty()
                && finding.missing.iter().all(|paths| paths.iter().any(is_known));
            is_absent.then(|| Suppression::KnownAbsent(list.clone()))
        };
        let ignored = || {
            let (rules, file) = self.ignored.as_ref()?;
            let is_ignored = finding.severity != Severity::Error && rules_of(finding).any(|id| rules.contains(id));
            is_ignored.then(|| Suppression::Ignored(file.clone()))
        };
        let by_waiver = waiver.map(|(_, waiver)| Suppression::Waived(waiver.decision()));
        by_waiver.or_else(known_absent).or_else(ignored)
    }
}

struct Resolver<'a> {
    judgements: &'a [Judgement],
    submission: &'a Submission,
    round: &'a Round,
    runs: Runs<'a>,
    states: Vec<State>,
}

impl<'a> Resolver<'a> {
    /// Blocks outcomes that need a check that did not pass. An outcome is blocked if the need failed on its object or
    /// on a parent folder of it; a single finding if the need failed on a parent folder of its path. Passed outcomes
    /// are never blocked.
    fn block(&mut self) {
        let mut order: Vec<usize> = (0..self.judgements.len()).collect();
        order.retain(|index| !matches!(self.judgements[*index].outcome, Outcome::Pass(_)));
        order.sort_by_cached_key(|index| depth_of(self.judgements[*index].rule));
        let needed: HashSet<&str> = CHECKS.iter().flat_map(|check| check.rule.needs).map(|need| need.id).collect();
        let mut unmet: HashMap<(&'static str, &'a str), usize> = HashMap::new();
        for index in order {
            let one = &self.judgements[index];
            let around = |need: &Need, path: &str| {
                once("").chain(around(path)).find_map(|folder| unmet.get(&(need.id, folder)).copied())
            };
            let whole = one.rule.needs.iter().filter_map(|need| match need.mode {
                None => around(need, &one.object),
                Some(mode) => unmet.get(&(need.id, self.runs.beside(&one.object, mode)?)).copied(),
            });
            let mut blocked: Vec<usize> = whole.collect();
            if blocked.is_empty() {
                let by = |path: &str| {
                    one.rule.needs.iter().filter(|need| need.mode.is_none()).find_map(|need| around(need, path))
                };
                if let Outcome::Unknown(at, _) = &one.outcome {
                    blocked.extend(by(&at.path));
                } else {
                    let mut causes = Vec::new();
                    let found = &mut self.states[index].found;
                    found.retain(|finding| by(&finding.path).map(|cause| causes.push(cause)).is_none());
                    if found.is_empty() {
                        blocked = causes;
                    }
                }
            }
            let roots = |cause: &usize| {
                let causes = &self.states[*cause].causes;
                if causes.is_empty() { vec![*cause] } else { causes.to_vec() }
            };
            let mut causes: Vec<usize> = blocked.iter().flat_map(roots).collect();
            causes.sort_unstable();
            causes.dedup();
            self.states[index].causes = causes.into();
            if needed.contains(one.rule.id) && self.is_unmet(index) {
                for place in self.places(index) {
                    unmet.entry((one.rule.id, place)).or_insert(index);
                }
            }
        }
    }

    /// Whether an outcome blocks the checks that need it.
    fn is_unmet(&self, index: usize) -> bool {
        let (one, state) = (&self.judgements[index], &self.states[index]);
        let fails = state.found.iter().any(|finding| finding.severity == Severity::Error);
        !state.causes.is_empty() || one.rule.absence || fails || matches!(one.outcome, Outcome::Unknown(..))
    }

    /// Returns the places of an outcome: the run that was checked or that contains a finding, otherwise the findings'
    /// own paths.
    fn places(&self, index: usize) -> BTreeSet<&'a str> {
        let one = &self.judgements[index];
        if let Some((run, _)) = self.runs.by_path.get_key_value(&*one.object) {
            return BTreeSet::from([*run]);
        }
        let place = |path: &'a str| self.runs.holding(path).unwrap_or(path);
        match &one.outcome {
            Outcome::Fail(found) => found.iter().map(|finding| place(&finding.path)).collect(),
            Outcome::Unknown(at, _) | Outcome::Pass(at) => BTreeSet::from([place(&at.path)]),
            Outcome::NotApplicable => BTreeSet::new(),
        }
    }

    /// Builds the proof of every figure.
    fn proofs(&self) -> BTreeMap<String, Proof> {
        let mut of_run: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let of_figures =
            self.judgements.iter().enumerate().filter(|(_, one)| matches!(one.rule.affects, Affects::Figures(_)));
        for (index, _) in of_figures {
            for place in self.places(index) {
                of_run.entry(place).or_default().push(index);
            }
        }
        let proof = |(path, facts): (&&str, &RunFacts<'_>)| {
            let kind = facts.kind?;
            let mut own = of_run.get(path).cloned().unwrap_or_default();
            own.retain(|index| self.judgements[*index].rule.affects.includes(kind));
            own.sort_by_cached_key(|index| place_of(self.judgements[*index].rule));
            let lines = self.lines(&own, path, kind);
            Some(((*path).to_owned(), Proof { kind, path: (*path).to_owned(), is_claimed: facts.is_claimed, lines }))
        };
        self.runs.by_path.iter().filter_map(proof).collect()
    }

    /// Returns what the outcomes of a run mean for its figure.
    fn lines(&self, own: &[usize], run: &str, kind: Kind) -> Vec<Line> {
        // One waiver of the first undecided check accepts the figure for all undecided checks.
        let first = own.iter().find(|index| {
            let is_unknown = matches!(self.judgements[**index].outcome, Outcome::Unknown(..));
            is_unknown && self.states[**index].causes.is_empty()
        });
        let is_let_through = first.is_some_and(|index| self.is_waived(*index, kind));
        let line = |index: &usize| {
            let one = &self.judgements[*index];
            let standing = match &one.outcome {
                Outcome::Pass(place) => Standing::Pass(place.clone()),
                Outcome::Unknown(place, why) if self.states[*index].causes.is_empty() => {
                    if is_let_through {
                        Standing::Waived(place.clone(), Status::Unproven)
                    } else {
                        Standing::Unknown(place.clone(), why.clone())
                    }
                }
                Outcome::Unknown(place, _) => self.blocked(*index, place, (run, kind)),
                Outcome::Fail(found) => {
                    let inside = |finding: &&Arc<Finding>| is_inside(&finding.path, run);
                    let place = |finding: &Arc<Finding>| Place::new(&finding.path, finding.line);
                    let at = found.iter().find(inside).map_or_else(|| Place::whole(run), place);
                    if self.states[*index].causes.is_empty() {
                        let left = self.states[*index].found.iter().filter(inside);
                        let mut errors = left.filter(|finding| finding.severity == Severity::Error).peekable();
                        match (errors.peek().is_some(), errors.find(|finding| !finding.accepts(kind))) {
                            (_, Some(counting)) => Standing::Fail(place(counting)),
                            (true, None) => Standing::Waived(at, one.rule.fails),
                            (false, None) => Standing::Noted(at),
                        }
                    } else {
                        self.blocked(*index, &at, (run, kind))
                    }
                }
                Outcome::NotApplicable => return None,
            };
            Some(Line { rule: one.rule, standing })
        };
        let mut lines: Vec<Line> = own.iter().filter_map(line).collect();
        lines.shrink_to_fit();
        lines
    }

    /// Returns what a blocked outcome means for the figure of a run: the worst of what its causes mean.
    fn blocked(&self, index: usize, place: &Place, (run, kind): (&str, Kind)) -> Standing {
        let is_claim = self.judgements[index].rule.id == checks::figure_as_claimed::ID;
        // A waiver of another rule does not accept the claim, unless it names the figure.
        let is_let_through = |root: usize| {
            let compares = self.judgements[root].rule.compares;
            let names = || self.states[root].found.iter().all(|finding| finding.names(kind));
            self.is_waived(root, kind) && (!is_claim || compares || names())
        };
        let said = self.states[index].causes.iter().map(|root| {
            let rule: &'static Rule = self.judgements[*root].rule;
            let fails = matches!(self.judgements[*root].outcome, Outcome::Fail(_))
                && rule.affects.includes(kind)
                && self.places(*root).contains(run);
            (*root, if fails { rule.fails } else { Status::Unproven }, rule)
        });
        let worst = said.clone().map(|(_, status, _)| status).max().unwrap_or(Status::Unproven);
        let left = said.filter(|(root, ..)| !is_let_through(*root));
        let left =
            left.map(|(root, status, rule)| (if self.is_waived(root, kind) { Status::Unproven } else { status }, rule));
        let cause = left.max_by_key(|(status, rule)| (*status, std::cmp::Reverse(place_of(rule))));
        cause.map_or_else(
            || Standing::Waived(place.clone(), worst),
            |(status, cause)| Standing::Blocked(place.clone(), cause, status),
        )
    }

    /// Whether every finding of this outcome is waived for a figure.
    fn is_waived(&self, index: usize, kind: Kind) -> bool {
        let found = &self.states[index].found;
        !found.is_empty() && found.iter().all(|finding| finding.accepts(kind))
    }

    /// Returns one finding per claimed figure with unknown outcomes: that of the first unknown check that is not
    /// blocked.
    fn undecided(&self, proofs: &BTreeMap<String, Proof>) -> Vec<Arc<Finding>> {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, one) in self.judgements.iter().enumerate() {
            if !matches!(one.outcome, Outcome::Unknown(..)) || !self.states[index].causes.is_empty() {
                continue;
            }
            let Some(run) = self.places(index).into_iter().next() else { continue };
            let earlier = first.entry(run).or_insert(index);
            if place_of(one.rule) < place_of(self.judgements[*earlier].rule) {
                *earlier = index;
            }
        }
        let of_figure = |(run, index): (&str, usize)| {
            let proof = proofs.get(run).filter(|proof| proof.is_claimed)?;
            let one = &self.judgements[index];
            let Outcome::Unknown(at, why) = &one.outcome else { return None };
            let new = || undecided(one, at, why, self.submission, self.round);
            let mut finding = self.states[index].found.first().map_or_else(new, |found| Finding::clone(found));
            finding.message = format!("the {} is not proven: {}", proof.kind.name(), finding.message);
            Some(Arc::new(finding))
        };
        first.into_iter().filter_map(of_figure).collect()
    }
}
