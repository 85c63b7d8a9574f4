//! The report: round, submission, findings and proofs, ready to be rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Result of checking a submission.
#[derive(Debug)]
pub struct Report {
    /// The round whose rules were used.
    pub round: Round,
    /// The submission with its scores.
    pub submission: Submission,
    /// The findings, sorted by path, line, rule and message.
    pub(super) findings: Vec<Arc<Finding>>,
    /// The proofs of the figures, by the path of their run.
    pub proofs: BTreeMap<String, Proof>,
    /// The outcomes of the checks, before waivers and known absences are applied.
    judgements: Vec<Judgement>,
    /// Waivers and known absences.
    decisions: Decisions,
    /// Findings about waivers, to which waivers do not apply.
    diagnostics: Vec<Arc<Finding>>,
}

/// A result or a figure that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Division, submitter, system and benchmark.
    pub result: String,
    /// Why it is left out.
    pub reason: String,
}

/// Options for loading a submission.
#[derive(Default)]
pub struct Loading<'a> {
    /// Name of the only submitter to load; `None` for all.
    pub submitter: Option<&'a str>,
    /// The submission of the previous round, for rules that compare the two.
    pub earlier: Option<Submission>,
    /// Whether the evidence is kept in the model, with downsampled energy traces, for plots.
    pub evidence: bool,
    /// Whether the code is searched for the weights of the reference models.
    pub weights: bool,
    /// Called after each result, from any thread, with the number of results done and the total.
    pub progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
}

/// Number of findings per severity.
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
    /// Loads a submission, recomputes its scores and runs every check.
    ///
    /// # Errors
    /// If the tree does not contain a submission, or not the given submitter.
    pub fn check(tree: &Tree, round: Round, submitter: Option<&str>) -> Result<Self, LoadError> {
        Self::load(tree, round, Loading { submitter, ..Loading::default() })
    }

    /// Like [`Report::check`], with options.
    ///
    /// # Errors
    /// Like [`Report::check`].
    pub fn load(tree: &Tree, round: Round, how: Loading<'_>) -> Result<Self, LoadError> {
        let judged = Mutex::new(Vec::new());
        let done = AtomicUsize::new(0);
        let keep = model::Keep { evidence: how.evidence, weights: how.weights };
        let mut submission = model::load(tree, &round, how.submitter, keep, |result, all| {
            for benchmark in result.systems.iter_mut().flat_map(|system| &mut system.benchmarks) {
                metrics::recompute(benchmark, &round);
                if how.evidence {
                    benchmark.runs.values_mut().for_each(|run| metrics::energy::downsample_traces(run));
                }
            }
            let mut of_result = engine::judge_result(result, &round);
            // A panic in one thread ends the whole load, so a poisoned lock is never read.
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

    /// Derives findings and proofs from the outcomes, with the decisions made so far.
    fn resolve(&mut self) {
        let Resolved { mut findings, proofs } =
            resolve(&self.judgements, &self.submission, &self.round, &self.decisions);
        findings.extend(self.diagnostics.iter().cloned());
        sort(&mut findings);
        (self.findings, self.proofs) = (findings, proofs);
    }

    /// Returns the outcomes of the checks, before waivers and known absences are applied.
    #[must_use]
    pub(crate) fn judgements(&self) -> &[Judgement] {
        &self.judgements
    }

    /// Returns the proofs of a result's figures.
    pub fn proofs_of<'a>(&'a self, benchmark: &'a Benchmark) -> impl Iterator<Item = &'a Proof> {
        benchmark.runs.values().filter_map(|run| self.proofs.get(&run.path))
    }

    /// Applies the waivers of a file. A waiver that does not match any finding is reported as a finding.
    pub fn waive(&mut self, waivers: &[Waiver], file: &str) {
        let own = self.apply(waivers);
        let failed = self.judgements.iter().filter_map(|one| match &one.outcome {
            Outcome::Fail(found) => Some(found),
            _ => None,
        });
        let found = failed.flatten().chain(&self.findings).map(AsRef::as_ref);
        let mut unused: Vec<_> = waiver::unused(found, &own, file).into_iter().map(Arc::new).collect();
        self.findings.extend(unused.iter().cloned());
        self.diagnostics.append(&mut unused);
        sort(&mut self.findings);
    }

    /// Applies the waivers of this round. Returns them with the paths of the submitter or system that they name.
    pub fn apply(&mut self, waivers: &[Waiver]) -> Vec<Waiver> {
        let own = waivers.iter().filter(|waiver| waiver.is_of(&self.round.name));
        let own: Vec<Waiver> = own.map(|waiver| waiver.placed(&self.submission)).collect();
        self.decisions.add(own.iter().cloned());
        self.resolve();
        own
    }

    /// Removes all waivers.
    pub fn remove_waivers(&mut self) {
        self.decisions.remove_waivers();
        self.diagnostics.clear();
        self.resolve();
    }

    /// Marks findings that only follow from files known to be absent, so that they do not count in the verdict. The
    /// figures stay unproven. `list` names the list of absent files.
    pub fn mark_known_absent(&mut self, absent: &BTreeSet<String>, list: &str) {
        self.decisions.absent = Some((absent.clone(), list.to_owned()));
        self.resolve();
    }

    /// Marks warnings and notes of rules that the user ignores, so that they do not count in the verdict. Figures and
    /// results stay as they are, and errors count. `file` names the settings that say so.
    pub fn ignore(&mut self, rules: BTreeSet<String>, file: &str) {
        self.decisions.ignored = Some((rules, file.to_owned()));
        self.resolve();
    }

    /// Number of findings per severity that count in the verdict.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let count =
            |severity| weight(self.findings().filter(|finding| finding.counts() && finding.severity == severity));
        Counts { error: count(Severity::Error), warning: count(Severity::Warning), note: count(Severity::Note) }
    }

    /// Returns the findings, in their order.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.findings.iter().map(AsRef::as_ref)
    }

    /// Whether a finding that counts is at or above `threshold`.
    #[must_use]
    pub fn fails(&self, threshold: Severity) -> bool {
        self.findings().any(|finding| finding.counts() && finding.severity >= threshold)
    }

    /// Returns all results, one per benchmark, sorted by path.
    pub fn results(&self) -> impl Iterator<Item = (&System, &Benchmark)> {
        self.submission.benchmarks().filter(|(_, benchmark)| !benchmark.runs.is_empty())
    }

    /// Returns the findings that concern a result: in its folder, on a parent folder, or on its system's description.
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
            .map(AsRef::as_ref)
    }

    /// Returns the findings that prevent the publication of the whole result, whatever its figures are.
    pub fn result_findings<'a>(
        &'a self,
        system: &'a System,
        benchmark: &'a Benchmark,
    ) -> impl Iterator<Item = &'a Finding> {
        self.findings_on(system, benchmark).filter(|finding| finding.blocks_result())
    }

    /// Whether a result may be published: no finding is against the result as a whole, and every figure it needs is
    /// confirmed. Energy is not needed: if it is not confirmed, only the energy is left out.
    #[must_use]
    pub fn is_valid(&self, system: &System, benchmark: &Benchmark) -> bool {
        let needed = |proof: &&Proof| proof.kind != Kind::Energy;
        self.result_findings(system, benchmark).next().is_none()
            && self.proofs_of(benchmark).filter(needed).all(|proof| proof.status() == Status::Confirmed)
    }

    /// Whether a result cannot be judged only because files are missing that are known to be absent.
    #[must_use]
    pub fn is_known_absent(&self, system: &System, benchmark: &Benchmark) -> bool {
        let errors = || self.findings_on(system, benchmark).filter(|finding| finding.severity == Severity::Error);
        self.status(system, benchmark) == Status::Unproven
            && errors().any(Finding::is_absent)
            && errors().all(|finding| !finding.counts())
    }

    /// Whether a result has an energy that is not confirmed. It is published without it.
    #[must_use]
    pub fn has_unconfirmed_energy(&self, benchmark: &Benchmark) -> bool {
        let energy = self.proof_of(benchmark, Kind::Energy);
        energy.is_some_and(|proof| proof.status() != Status::Confirmed)
    }

    /// Status of a result: the worst of the figures it needs and of the findings against the result as a whole. A
    /// required run that is missing makes it unproven.
    #[must_use]
    pub fn status(&self, system: &System, benchmark: &Benchmark) -> Status {
        let needed = self.proofs_of(benchmark).filter(|proof| proof.kind != Kind::Energy);
        let absent = self.absent_runs(benchmark).next().map(|_| Status::Unproven);
        let against = self.result_findings(system, benchmark).map(|finding| finding.rule.fails);
        needed.map(Proof::status).chain(absent).chain(against).max().unwrap_or(Status::Unproven)
    }

    /// Returns the runs that this round requires and the result does not have.
    pub fn absent_runs<'a>(&'a self, benchmark: &'a Benchmark) -> impl Iterator<Item = Mode> + 'a {
        let needed = benchmark.spec(&self.round).map_or(&[][..], |spec| &spec.required);
        needed.iter().copied().filter(|mode| !benchmark.runs.contains_key(mode))
    }

    /// Returns why a result is not confirmed: its figures with their reasons, then the missing runs.
    #[must_use]
    pub fn reasons(&self, benchmark: &Benchmark) -> Vec<String> {
        let of_figure = |proof: &Proof| Some(format!("{} {}: {}", proof.kind.name(), proof.status(), proof.reason()?));
        let absent = self.absent_runs(benchmark).map(|mode| format!("unproven: there is no {mode} run"));
        self.proofs_of(benchmark).filter_map(of_figure).chain(absent).collect()
    }

    /// Returns the proof of a figure of a result.
    #[must_use]
    pub fn proof_of<'a>(&'a self, benchmark: &'a Benchmark, kind: Kind) -> Option<&'a Proof> {
        if kind == Kind::Wakeword {
            return self.proofs.get(&benchmark.wakeword_run()?.path).filter(|proof| proof.kind == kind);
        }
        self.proofs_of(benchmark).find(|proof| proof.kind == kind)
    }
}

/// Returns the findings at a path, from findings sorted by path.
fn at<'a>(sorted: &'a [Arc<Finding>], path: &str) -> &'a [Arc<Finding>] {
    let start = sorted.partition_point(|finding| finding.path.as_str() < path);
    let length = sorted[start..].partition_point(|finding| finding.path == path);
    &sorted[start..start + length]
}

/// Returns the findings at a path or below it, from findings sorted by path.
fn inside<'a>(sorted: &'a [Arc<Finding>], path: &str) -> impl Iterator<Item = &'a Arc<Finding>> + use<'a> {
    let prefix = format!("{path}/");
    let start = sorted.partition_point(|finding| finding.path < prefix);
    let length = sorted[start..].partition_point(|finding| finding.path.starts_with(&prefix));
    at(sorted, path).iter().chain(&sorted[start..start + length])
}

/// Number of findings, including those that are represented by another.
pub(crate) fn weight<'a>(findings: impl Iterator<Item = &'a Finding>) -> usize {
    findings.map(|finding| finding.finding_count).sum()
}

/// Sorts findings by path, line, rule and message.
fn sort(found: &mut [Arc<Finding>]) {
    found.sort_by(|a, b| (&a.path, a.line, a.rule.id, &a.message).cmp(&(&b.path, b.line, b.rule.id, &b.message)));
}

/// Fills in the text of every line that an outcome refers to.
fn add_excerpts(tree: &Tree, judgements: &mut [Judgement]) {
    let mut by_path: BTreeMap<String, Vec<(Line, &mut Option<String>)>> = BTreeMap::new();
    let mut want = |path: &str, line: Line, excerpt| {
        if line > 0 {
            by_path.entry(path.to_owned()).or_default().push((line, excerpt));
        }
    };
    for one in judgements {
        match &mut one.outcome {
            Outcome::Fail(found) => {
                for finding in found {
                    let finding = Arc::make_mut(finding);
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
        // A file that cannot be read completely is reported by a check.
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
