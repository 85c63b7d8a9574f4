//! Round, scores and findings of one tree, ready to be rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::judge::engine;
use crate::judge::metrics;
use crate::judge::proof::{self, Decided, Kind, Proof, Ruling, Status};
use crate::judge::rule::{Finding, Suppression};
use crate::judge::rules::{self, EVIDENCE_UNDECIDED, WAIVER_UNUSED};
use crate::judge::waiver::{self, Waiver};
use crate::read::location::Line;
use crate::read::log::{blocks, text};
use crate::read::submission::{self, Benchmark, LoadError, Submission, System};
use crate::read::tree::{Tree, around, is_inside, parent_of};
use crate::round::{Mode, Round, Severity};

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
    /// What other findings explain; it comes back when these are waived.
    explained: Vec<Finding>,
    /// The proofs as the evidence alone decides them.
    decided: Vec<Proof>,
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
        let in_evidence = Mutex::new(Vec::new());
        let decided = Mutex::new(Vec::new());
        let done = AtomicUsize::new(0);
        let mut submission = submission::load(tree, &round, how.submitter, how.evidence, |result, all| {
            for benchmark in result.systems.iter_mut().flat_map(|system| &mut system.benchmarks) {
                metrics::recompute(benchmark, &round);
                if how.evidence {
                    benchmark.runs.values_mut().for_each(metrics::energy::draw_outlines);
                }
            }
            let mut found = engine::check_evidence(result, &round);
            decided.lock().unwrap_or_else(PoisonError::into_inner).extend(proof::decide(result, &round));
            // A thread that fails while it holds the lock fails the whole.
            in_evidence.lock().unwrap_or_else(PoisonError::into_inner).append(&mut found);
            if let Some(progress) = how.progress {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            }
        })?;
        submission.earlier = how.earlier.map(Box::new);
        let in_evidence = in_evidence.into_inner().unwrap_or_else(PoisonError::into_inner);
        let findings = engine::check(&submission, &round, in_evidence);
        let mut decided = decided.into_inner().unwrap_or_else(PoisonError::into_inner);
        decided.sort_by(|a, b| a.path.cmp(&b.path));
        let mut report = Self { round, submission, findings, proofs: BTreeMap::new(), explained: Vec::new(), decided };
        // What explained findings say is not lost with them: they come back when their cause is waived.
        add_excerpts(tree, &mut report.findings);
        report.settle();
        add_excerpts(tree, &mut report.findings);
        Ok(report)
    }

    /// Draws the conclusions of what was found: takes out what other findings explain, lets findings refute statements,
    /// and reports figures that nothing else says are unproven.
    fn settle(&mut self) {
        self.findings.append(&mut self.explained);
        self.findings.retain(|finding| finding.rule.id != EVIDENCE_UNDECIDED.id || !finding.counts());
        self.explained = engine::take_out_explained(&mut self.findings);
        engine::sort(&mut self.findings);
        let settled = self.decided.iter().map(|proof| {
            let mut proof = proof.clone();
            proof.settle(inside(&self.findings, &proof.path));
            (proof.path.clone(), proof)
        });
        self.proofs = settled.collect();
        let undecided: Vec<Finding> = self.proofs.values().filter_map(|proof| self.undecided(proof)).collect();
        self.findings.extend(undecided);
        engine::sort(&mut self.findings);
    }

    /// That the evidence of a figure leaves a statement open, unless another finding is the cause of it.
    fn undecided(&self, proof: &Proof) -> Option<Finding> {
        let Decided { statement, ruling: Ruling::Open(role, line, why) } = proof.first_open()? else { return None };
        // What is compared with another run may be that run's fault.
        let whole = statement.across_runs.then(|| proof.path.rsplit_once('/')).flatten();
        let place = whole.map_or(proof.path.as_str(), |(benchmark, _)| benchmark);
        let causes = |finding: &Finding| {
            if finding.rule.id == EVIDENCE_UNDECIDED.id {
                finding.path == proof.path_of(*role)
            } else {
                // A waived cause stays one: what follows from it does not take its place.
                !finding.is_absent()
                    && (finding.severity == Severity::Error || finding.rule.id == rules::evidence_missing::ID)
            }
        };
        if inside(&self.findings, place).any(causes) || !proof.claimed {
            return None;
        }
        let message = format!("the {} is not proven: {why}", proof.kind.name());
        let mut finding = Finding::new(EVIDENCE_UNDECIDED, proof.path_of(*role), *line, &message);
        finding.note(format!("what has to hold: {}", statement.says));
        Some(finding)
    }

    /// The proofs of a result's figures.
    pub fn proofs_of<'a>(&'a self, benchmark: &'a Benchmark) -> impl Iterator<Item = &'a Proof> {
        benchmark.runs.values().filter_map(|run| self.proofs.get(&run.path))
    }

    /// Marks the findings that waivers of a file cover; a waiver that covers nothing becomes a finding.
    pub fn waive(&mut self, waivers: &[Waiver], file: &str) {
        let waivers: &[Waiver] = &waivers.iter().map(|one| one.placed(&self.submission)).collect::<Vec<_>>();
        self.findings.append(&mut self.explained);
        waiver::mark(&mut self.findings, waivers, &self.round.name);
        self.settle();
        // Without its cause a figure may be undecided that was not reported before.
        waiver::mark(&mut self.findings, waivers, &self.round.name);
        let all = self.findings.iter().chain(&self.explained);
        let unused = waiver::unused(all, waivers, &self.round.name, file);
        self.findings.extend(unused);
        engine::sort(&mut self.findings);
    }

    /// Takes all waivers back.
    pub fn forget_waivers(&mut self) {
        self.findings.append(&mut self.explained);
        self.findings.retain(|finding| ![EVIDENCE_UNDECIDED.id, WAIVER_UNUSED.id].contains(&finding.rule.id));
        self.findings.iter_mut().for_each(|finding| finding.suppression = None);
        self.settle();
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

    /// Whether a result may be published: no error lies on it, and every figure it needs is confirmed. Energy is not
    /// needed; where it is not confirmed, only it is left out.
    #[must_use]
    pub fn is_valid(&self, system: &System, benchmark: &Benchmark) -> bool {
        let error = |finding: &Finding| finding.counts() && finding.severity == Severity::Error;
        let needed = |proof: &&Proof| proof.kind != Kind::Energy;
        !self.findings_on(system, benchmark).any(error)
            && self.proofs_of(benchmark).filter(needed).all(|proof| proof.status() == Status::Confirmed)
    }

    /// What can be said of a result: the worst of the figures it needs. A run that it needs and has not proves nothing.
    #[must_use]
    pub fn status(&self, benchmark: &Benchmark) -> Status {
        let needed = self.proofs_of(benchmark).filter(|proof| proof.kind != Kind::Energy);
        let absent = self.absent_runs(benchmark).next().map(|_| Status::Unproven);
        // A target that is missed, or a runner that is not permitted, is about the result as such.
        let broken =
            |finding: &Finding| finding.counts() && finding.severity == Severity::Error && finding.rule.keeps_figure;
        let own = |finding: &&Finding| {
            !benchmark.runs.get(&Mode::Energy).is_some_and(|run| is_inside(&finding.path, &run.path))
        };
        let broken = inside(&self.findings, &benchmark.path).filter(own).any(broken).then_some(Status::NotByTheRules);
        needed.map(Proof::status).chain(absent).chain(broken).max().unwrap_or(Status::Unproven)
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

    /// Takes findings out of the verdict that follow from files known to be absent: what is missing there, and figures that
    /// nothing proves without it. The figures stay unproven. `list` is where that stands.
    pub fn excuse(&mut self, absent: &BTreeSet<String>, list: &str) {
        const FOLLOW: [&str; 4] = [
            rules::file_missing::ID,
            rules::evidence_missing::ID,
            rules::evidence_undecided::ID,
            rules::run_missing::ID,
        ];
        let folders: BTreeSet<&str> = absent.iter().map(|path| parent_of(path)).collect();
        let follows = |finding: &Finding| {
            let parent = parent_of(&finding.path);
            FOLLOW.contains(&finding.rule.id)
                && (absent.contains(&finding.path)
                    || folders.contains(finding.path.as_str())
                    || folders.contains(parent)
                    || folders.range(finding.path.as_str()..).next().is_some_and(|next| is_inside(next, &finding.path)))
        };
        for _ in 0..2 {
            for finding in self.findings.iter_mut().chain(&mut self.explained).filter(|finding| follows(finding)) {
                finding.suppression.get_or_insert_with(|| Suppression::KnownAbsent(list.to_owned()));
            }
            // Without its cause a figure may be undecided that was not reported before.
            self.settle();
        }
        for finding in self.findings.iter_mut().filter(|finding| follows(finding)) {
            finding.suppression.get_or_insert_with(|| Suppression::KnownAbsent(list.to_owned()));
        }
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

/// Sets the line of every place that findings speak of beside it, where that is not done yet.
fn add_excerpts(tree: &Tree, findings: &mut [Finding]) {
    let mut by_path: BTreeMap<String, Vec<(Line, &mut Option<String>)>> = BTreeMap::new();
    for finding in findings {
        let own = (&finding.path, finding.line, &mut finding.excerpt);
        let related = finding.related.iter_mut().map(|place| (&place.path, place.line, &mut place.excerpt));
        for (path, line, excerpt) in std::iter::once(own).chain(related) {
            if line > 0 && excerpt.is_none() {
                by_path.entry(path.clone()).or_default().push((line, excerpt));
            }
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
