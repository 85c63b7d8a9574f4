//! What a check may see, by its scope.

use std::cell::OnceCell;

use super::energy_shape::{Shapes, shapes};
use super::figure::Kind;
use super::outcome::{Outcome, Place};
use crate::model::{Benchmark, Figure, Place as PlacedRun, Run, Scores, Submission, Submitter, System};
use crate::parse::claims::Claims;
use crate::parse::log::SessionLog;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Target, Task};
use crate::source::Entry;

/// A run with its evidence.
pub struct RunView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The run.
    pub run: &'a Run,
    /// What the round says of its benchmark; `None` where it is not a benchmark of the round.
    pub spec: Option<&'a BenchmarkSpec>,
    system: &'a System,
    benchmark: &'a Benchmark,
    shapes: OnceCell<Shapes>,
}

impl<'a> RunView<'a> {
    /// Of a run in its place.
    #[must_use]
    pub fn new(place: &PlacedRun<'a>, round: &'a Round) -> Self {
        let PlacedRun { system, benchmark, run } = *place;
        Self { round, run, spec: benchmark.spec(round), system, benchmark, shapes: OnceCell::new() }
    }

    /// The figure that the run is published with; `None` where it is not of a benchmark of the round.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Some(Kind::of(self.spec?.task, self.run.mode))
    }

    /// Whether the run is of that mode.
    #[must_use]
    pub fn is(&self, mode: Mode) -> bool {
        self.run.mode == mode
    }

    /// Whether it is a wake word run.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.spec.is_some_and(|spec| spec.task == Task::Wakeword)
    }

    /// Whether it competes in the closed division.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.system.is_closed()
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> Option<&'a SessionLog> {
        self.run.log.as_ref()
    }

    /// What results.txt claims.
    #[must_use]
    pub const fn claims(&self) -> Option<&'a Claims> {
        self.run.claims.as_ref()
    }

    /// A line of a file of the run; zero for the whole of it.
    #[must_use]
    pub fn at(&self, role: FileRole, line: u32) -> Place {
        Place::new(self.run.path_of(role), line)
    }

    /// Nobody can tell: which file to look at, its line, and why.
    #[must_use]
    pub fn unknown(&self, role: FileRole, line: u32, why: impl Into<String>) -> Outcome {
        Outcome::Unknown(self.at(role, line), why.into())
    }

    /// The figure as claimed and recomputed; none for the wake word, which has several.
    #[must_use]
    pub fn figure(&self) -> Option<&'a Figure> {
        let Scores { throughput, top1, auc, energy, .. } = &self.run.scores;
        let figure = match (self.kind()?, self.spec?.target) {
            (Kind::Throughput, _) => throughput,
            (Kind::Energy, _) => energy,
            (Kind::Quality, Target::Auc(_)) => auc,
            (Kind::Quality, _) => top1,
            (Kind::Wakeword, _) => return None,
        };
        figure.as_ref()
    }

    /// What the samples of an energy run look like, window by window; looked at once.
    pub fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| shapes(self.run, self.round))
    }

    /// The file that holds the samples of an energy run.
    #[must_use]
    pub fn samples(&self) -> FileRole {
        if self.run.has(FileRole::Json) { FileRole::Json } else { FileRole::Trace }
    }

    /// Whether a file of that name lies beside the runs, in the folder of the benchmark.
    #[must_use]
    pub fn has_beside(&self, name: &str) -> bool {
        self.benchmark.files.contains(name)
    }

    /// The performance run of the same result: what an energy run is compared with.
    #[must_use]
    pub fn performance_run(&self) -> Option<&'a Run> {
        self.benchmark.runs.get(&Mode::Performance)
    }
}

/// A benchmark on a system: its runs with their evidence.
pub struct ResultView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The benchmark with its runs.
    pub benchmark: &'a Benchmark,
    /// What the round says of the benchmark; `None` where it is not of the round.
    pub spec: Option<&'a BenchmarkSpec>,
}

impl<'a> ResultView<'a> {
    /// The run of that mode.
    #[must_use]
    pub fn run(&self, mode: Mode) -> Option<&'a Run> {
        self.benchmark.runs.get(&mode)
    }

    /// The runs of the result, by mode.
    pub fn runs(&self) -> impl Iterator<Item = &'a Run> + Clone + use<'a> {
        self.benchmark.runs.values()
    }
}

/// A system: its description, and its results without their evidence.
pub struct SystemView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The system.
    pub system: &'a System,
}

/// A submitter's folder in a division.
pub struct SubmitterView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The submitter with its documents.
    pub submitter: &'a Submitter,
    submission: &'a Submission,
}

impl<'a> SubmitterView<'a> {
    /// Of a submitter in its submission.
    #[must_use]
    pub const fn new(submitter: &'a Submitter, submission: &'a Submission, round: &'a Round) -> Self {
        Self { round, submitter, submission }
    }

    /// Its systems, sorted by path.
    #[must_use]
    pub fn systems(&self) -> &'a [System] {
        self.submission.systems_of(self.submitter)
    }

    /// Its results, sorted by path.
    pub fn results(&self) -> impl Iterator<Item = &'a Benchmark> + Clone + use<'a> {
        self.systems().iter().flat_map(|system| &system.benchmarks)
    }

    /// Everything that lies in its folder, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &'a [Entry] {
        self.submission.entries_of(self.submitter)
    }

    /// What lies at a path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&'a Entry> {
        self.submission.entries.get(path)
    }

    /// All submitters, this one among them.
    #[must_use]
    pub fn all_submitters(&self) -> &'a [Submitter] {
        &self.submission.submitters
    }

    /// The submission it is in.
    #[must_use]
    pub const fn submission(&self) -> &'a Submission {
        self.submission
    }

    /// Its folder, which was listed.
    #[must_use]
    pub fn folder(&self) -> Place {
        Place::whole(&self.submitter.path)
    }
}

/// Everything that was submitted.
pub struct SubmissionView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The submission; results without their evidence.
    pub submission: &'a Submission,
}

impl SubmissionView<'_> {
    /// The whole tree, which was listed.
    #[must_use]
    pub fn folder(&self) -> Place {
        Place::whole("")
    }
}
