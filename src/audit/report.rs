//! Round, scores and findings of one tree, ready to be rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::audit::finding::Finding;
use crate::audit::outcome::{Judgement, Outcome};
use crate::audit::proof::{Kind, Proof, Status};
use crate::audit::resolve::{Decisions, Resolved, resolve};
use crate::audit::waiver::{self, Waiver};
use crate::audit::{engine, metrics};
use crate::model::{self, Benchmark, LoadError, Submission, System};
use crate::parse::location::Line;
use crate::parse::{blocks, text};
use crate::round::{Mode, Round, Severity};
use crate::source::{Tree, around, parent_of};

/// Everything there is to say of a tree.
#[derive(Debug)]
pub struct Report {
    /// The round it was held against.
    pub round: Round,
    /// What was found in the tree.
    pub submission: Submission,
    /// What is wrong, sorted by path, line and rule.
    pub findings: Vec<Finding>,
    /// The proofs of the figures, by the path of their run.
    pub proofs: BTreeMap<String, Proof>,
    /// The outcomes of the checks, as the evidence alone decides them.
    judgements: Vec<Judgement>,
    /// What was decided from outside.
    decisions: Decisions,
    /// Findings of the engine and of commands, which no decision concerns.
    diagnostics: Vec<Finding>,
}

/// How a tree is loaded.
#[derive(Default)]
pub struct Loading<'a> {
    /// Only this submitter.
    pub submitter: Option<&'a str>,
    /// The submission of the round before, for the rules that compare the two.
    pub earlier: Option<Submission>,
    /// Whether the evidence stays in the model, with outlines of energy traces, for plots.
    pub evidence: bool,
    /// Called after every result with how many are done of how many, from any thread.
    pub progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
}

/// How many findings of each severity there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
}

impl Report {
    /// Loads a tree, recomputes its scores and holds every rule against it.
    ///
    /// # Errors
    /// When the tree holds nothing to check, or not the submitter asked for.
    pub fn of(tree: &Tree, round: Round, submitter: Option<&str>) -> Result<Self, LoadError> {
        Self::load(tree, round, Loading { submitter, ..Loading::default() })
    }

    /// The same, with more to say on how.
    ///
    /// # Errors
    /// As [`Report::of`].
    pub fn load(tree: &Tree, round: Round, how: Loading<'_>) -> Result<Self, LoadError> {
        let judged = Mutex::new(Vec::new());
        let done = AtomicUsize::new(0);
        let mut submission = model::load(tree, &round, how.submitter, how.evidence, |result, all| {
            for benchmark in result.systems.iter_mut().flat_map(|system| &mut system.benchmarks) {
                metrics::recompute(benchmark, &round);
                if how.evidence {
                    benchmark.runs.values_mut().for_each(metrics::energy::draw_outlines);
                }
            }
            let mut of_result = engine::judge_result(result, &round);
            // A thread that fails while it holds the lock fails the whole.
            judged.lock().unwrap_or_else(PoisonError::into_inner).append(&mut of_result);
            if let Some(progress) = how.progress {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            }
        })?;
        submission.earlier = how.earlier.map(Box::new);
        let mut judgements = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
        judgements.extend(engine::judge_submission(&submission, &round));
        judgements.sort_by(|a, b| (&a.object, a.rule.id).cmp(&(&b.object, b.rule.id)));
        add_excerpts(tree, &mut judgements);
        let (findings, proofs) = (Vec::new(), BTreeMap::new());
        let (decisions, diagnostics) = (Decisions::default(), Vec::new());
        let mut report = Self { round, submission, findings, proofs, judgements, decisions, diagnostics };
        report.resolve();
        Ok(report)
    }

    /// Draws the conclusions of the outcomes, with the decisions made so far.
    fn resolve(&mut self) {
        let Resolved { mut findings, proofs } =
            resolve(&self.judgements, &self.submission, &self.round, &self.decisions);
        findings.extend(self.diagnostics.iter().cloned());
        sort(&mut findings);
        (self.findings, self.proofs) = (findings, proofs);
    }

    /// The proofs of a result's figures.
    pub fn proofs_of<'a>(&'a self, benchmark: &'a Benchmark) -> impl Iterator<Item = &'a Proof> {
        benchmark.runs.values().filter_map(|run| self.proofs.get(&run.path))
    }

    /// Applies the waivers of a file; one that covers nothing becomes a finding.
    pub fn waive(&mut self, waivers: &[Waiver], file: &str) {
        let own = self.apply(waivers);
        let failed = self.judgements.iter().filter_map(|one| match &one.outcome {
            Outcome::Fail(found) => Some(found),
            _ => None,
        });
        let mut unused = waiver::unused(failed.flatten().chain(&self.findings), &own, file);
        self.findings.extend(unused.iter().cloned());
        self.diagnostics.append(&mut unused);
        sort(&mut self.findings);
    }

    /// Applies waivers, and returns those of this round with the places of what they name.
    pub fn apply(&mut self, waivers: &[Waiver]) -> Vec<Waiver> {
        let own = waivers.iter().filter(|waiver| waiver.is_of(&self.round.name));
        let own: Vec<Waiver> = own.map(|waiver| waiver.placed(&self.submission)).collect();
        self.decisions.add(own.iter().cloned());
        self.resolve();
        own
    }

    /// Takes all waivers back.
    pub fn forget_waivers(&mut self) {
        self.decisions.forget_waivers();
        self.diagnostics.clear();
        self.resolve();
    }

    /// Takes findings out of the verdict that follow from files known to be absent: what is missing there, and what cannot
    /// be decided without it. The figures stay unproven. `list` is where that stands.
    pub fn excuse(&mut self, absent: &BTreeSet<String>, list: &str) {
        self.decisions.absent = Some((absent.clone(), list.to_owned()));
        self.resolve();
    }

    /// How many findings of each severity count.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let count =
            |severity| weight(self.findings.iter().filter(|finding| finding.counts() && finding.severity == severity));
        Counts { error: count(Severity::Error), warning: count(Severity::Warning), note: count(Severity::Note) }
    }

    /// Whether a finding is at least as grave as `threshold`.
    #[must_use]
    pub fn fails(&self, threshold: Severity) -> bool {
        self.findings.iter().any(|finding| finding.counts() && finding.severity >= threshold)
    }

    /// All results, one a benchmark, sorted by path.
    pub fn results(&self) -> impl Iterator<Item = (&System, &Benchmark)> {
        self.submission.benchmarks().filter(|(_, benchmark)| !benchmark.runs.is_empty())
    }

    /// The findings that concern a result: in its folder, on a folder around it, or on its system's description.
    pub fn findings_on<'a>(
        &'a self,
        system: &'a System,
        benchmark: &'a Benchmark,
    ) -> impl Iterator<Item = &'a Finding> {
        let folders = std::iter::once("").chain(around(parent_of(&benchmark.path)));
        folders
            .flat_map(|folder| at(&self.findings, folder))
            .chain(inside(&self.findings, &benchmark.path))
            .chain(at(&self.findings, &system.description_path))
    }

    /// What is wrong with a result as such, whatever its figures are.
    pub fn against_result<'a>(
        &'a self,
        system: &'a System,
        benchmark: &'a Benchmark,
    ) -> impl Iterator<Item = &'a Finding> {
        self.findings_on(system, benchmark).filter(|finding| finding.is_against_result())
    }

    /// Whether a result may be published: nothing is wrong with it as such, and every figure it needs is confirmed. Energy is
    /// not needed; where it is not confirmed, only it is left out.
    #[must_use]
    pub fn is_valid(&self, system: &System, benchmark: &Benchmark) -> bool {
        let needed = |proof: &&Proof| proof.kind != Kind::Energy;
        self.against_result(system, benchmark).next().is_none()
            && self.proofs_of(benchmark).filter(needed).all(|proof| proof.status() == Status::Confirmed)
    }

    /// What can be said of a result: the worst of the figures it needs and of what is wrong with it as such. A run that it
    /// needs and does not have proves nothing.
    #[must_use]
    pub fn status(&self, system: &System, benchmark: &Benchmark) -> Status {
        let needed = self.proofs_of(benchmark).filter(|proof| proof.kind != Kind::Energy);
        let absent = self.absent_runs(benchmark).next().map(|_| Status::Unproven);
        let against = self.against_result(system, benchmark).map(|finding| finding.rule.fails);
        needed.map(Proof::status).chain(absent).chain(against).max().unwrap_or(Status::Unproven)
    }

    /// The runs that a result needs in this round and does not have.
    pub fn absent_runs<'a>(&'a self, benchmark: &'a Benchmark) -> impl Iterator<Item = Mode> + 'a {
        let needed = benchmark.spec(&self.round).map_or(&[][..], |spec| &spec.required);
        needed.iter().copied().filter(|mode| !benchmark.runs.contains_key(mode))
    }

    /// Why a result is not confirmed: its figures with their reasons, then the runs it lacks.
    #[must_use]
    pub fn reasons(&self, benchmark: &Benchmark) -> Vec<String> {
        let of_figure = |proof: &Proof| Some(format!("{} {}: {}", proof.kind.name(), proof.status(), proof.reason()?));
        let absent = self.absent_runs(benchmark).map(|mode| format!("unproven: there is no {mode} run"));
        self.proofs_of(benchmark).filter_map(of_figure).chain(absent).collect()
    }

    /// The proof of a figure of a result.
    #[must_use]
    pub fn proof_of<'a>(&'a self, benchmark: &'a Benchmark, kind: Kind) -> Option<&'a Proof> {
        if kind == Kind::Wakeword {
            return self.proofs.get(&benchmark.wakeword_run()?.path).filter(|proof| proof.kind == kind);
        }
        self.proofs_of(benchmark).find(|proof| proof.kind == kind)
    }
}

/// Of sorted findings those at a path.
fn at<'a>(sorted: &'a [Finding], path: &str) -> &'a [Finding] {
    let start = sorted.partition_point(|finding| finding.path.as_str() < path);
    let length = sorted[start..].partition_point(|finding| finding.path == path);
    &sorted[start..start + length]
}

/// Of sorted findings those at a path or below it.
fn inside<'a>(sorted: &'a [Finding], path: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
    let prefix = format!("{path}/");
    let start = sorted.partition_point(|finding| finding.path < prefix);
    let length = sorted[start..].partition_point(|finding| finding.path.starts_with(&prefix));
    at(sorted, path).iter().chain(&sorted[start..start + length])
}

/// How many findings these are or stand for.
pub fn weight<'a>(findings: impl Iterator<Item = &'a Finding>) -> usize {
    findings.map(|finding| finding.stands_for).sum()
}

/// Puts findings in order: by path, line, check and message.
fn sort(found: &mut [Finding]) {
    found.sort_by(|a, b| (&a.path, a.line, a.rule.id, &a.message).cmp(&(&b.path, b.line, b.rule.id, &b.message)));
}

/// Sets the text of every line that outcomes speak of beside it.
fn add_excerpts(tree: &Tree, judgements: &mut [Judgement]) {
    let mut by_path: BTreeMap<String, Vec<(Line, &mut Option<String>)>> = BTreeMap::new();
    let mut want = |path: &String, line: Line, excerpt| {
        if line > 0 {
            by_path.entry(path.clone()).or_default().push((line, excerpt));
        }
    };
    for one in judgements {
        match &mut one.outcome {
            Outcome::Fail(found) => {
                for finding in found {
                    want(&finding.path, finding.line, &mut finding.excerpt);
                    for place in &mut finding.related {
                        want(&place.path, place.line, &mut place.excerpt);
                    }
                }
            }
            Outcome::Unknown(place, _) => want(&place.path, place.line, &mut one.excerpt),
            Outcome::Pass(_) | Outcome::NotApplicable => {}
        }
    }
    for (path, mut places) in by_path {
        let Some(entry) = tree.get(&path) else { continue };
        places.sort_by_key(|(line, _)| *line);
        let (mut wanted, mut before) = (places.into_iter().peekable(), 0);
        // What cannot be read, or not to its end, is a finding of its own.
        let _ = tree.stream(entry, |source| {
            blocks::for_each(source, |block| {
                for (line, content) in text::lines_after(before, block) {
                    while let Some((_, excerpt)) = wanted.next_if(|(wanted, _)| *wanted == line) {
                        *excerpt = Some(text::excerpt(content));
                    }
                    before = line;
                }
            })
        });
    }
}
