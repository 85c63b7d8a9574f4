//! Views: what a check receives, by scope.

use std::cell::OnceCell;
use std::sync::Arc;

use super::energy_shape::{Shapes, shapes};
use super::figure::Kind;
use super::outcome::{Outcome, Place};
use crate::model::{Benchmark, Figure, Place as PlacedRun, Run, Scores, Submission, Submitter, System, WeightsInCode};
use crate::parse::claims::Claims;
use crate::parse::log::SessionLog;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Target, Task};
use crate::source::Entry;

/// A run with its evidence.
pub(crate) struct RunView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The run.
    pub run: &'a Run,
    /// The round's specification of the benchmark; `None` if it is not a benchmark of the round.
    pub spec: Option<&'a BenchmarkSpec>,
    system: &'a System,
    benchmark: &'a Benchmark,
    shapes: OnceCell<Shapes>,
}

impl<'a> RunView<'a> {
    /// Weights of the reference model in the submitter's code; `None` if they were not searched for.
    #[must_use]
    pub(crate) fn weights_in_code(&self) -> Option<&'a WeightsInCode> {
        self.benchmark.weights.as_deref()
    }

    /// Creates the view of a run.
    #[must_use]
    pub(crate) fn new(place: &PlacedRun<'a>, round: &'a Round) -> Self {
        let PlacedRun { system, benchmark, run } = *place;
        Self { round, run, spec: benchmark.spec(round), system, benchmark, shapes: OnceCell::new() }
    }

    /// Kind of figure that the run contributes; `None` if its benchmark is not one of the round.
    #[must_use]
    pub(crate) fn kind(&self) -> Option<Kind> {
        Some(Kind::new(self.spec?.task, self.run.mode))
    }

    /// Whether the run has this mode.
    #[must_use]
    pub(crate) fn is(&self, mode: Mode) -> bool {
        self.run.mode == mode
    }

    /// Whether it is a wake word run.
    #[must_use]
    pub(crate) fn is_streaming(&self) -> bool {
        self.spec.is_some_and(|spec| spec.task == Task::Wakeword)
    }

    /// Whether the run is in the closed division.
    #[must_use]
    pub(crate) fn is_closed(&self) -> bool {
        self.system.is_closed()
    }

    /// The log.
    #[must_use]
    pub(crate) fn log(&self) -> Option<&'a SessionLog> {
        self.run.log.as_deref()
    }

    /// What results.txt claims.
    #[must_use]
    pub(crate) fn claims(&self) -> Option<&'a Claims> {
        self.run.claims.as_deref()
    }

    /// Returns the place of a line of a file of the run; line 0 for the whole file.
    #[must_use]
    pub(crate) fn at(&self, role: FileRole, line: u32) -> Place {
        Place::new(self.run.path_of(role), line)
    }

    /// Creates an unknown outcome: the file to look at, its line, and the reason.
    #[must_use]
    pub(crate) fn unknown(&self, role: FileRole, line: u32, why: impl Into<String>) -> Outcome {
        Outcome::Unknown(self.at(role, line), Arc::from(why.into()))
    }

    /// The figure as claimed and recomputed; `None` for wake word runs, which have several figures.
    #[must_use]
    pub(crate) fn figure(&self) -> Option<&'a Figure> {
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

    /// Statistics of the samples of an energy run per window; computed once.
    pub(crate) fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| shapes(self.run, self.round))
    }

    /// The file that contains the samples of an energy run.
    #[must_use]
    pub(crate) fn samples(&self) -> FileRole {
        if self.run.has(FileRole::Json) { FileRole::Json } else { FileRole::Trace }
    }

    /// Whether the benchmark's folder contains a file with this name.
    #[must_use]
    pub(crate) fn has_beside(&self, name: &str) -> bool {
        self.benchmark.files.contains(name)
    }

    /// The performance run of the same result, with which an energy run is compared.
    #[must_use]
    pub(crate) fn performance_run(&self) -> Option<&'a Run> {
        self.benchmark.run(Mode::Performance)
    }
}

/// A benchmark on a system: its runs with their evidence.
pub(crate) struct ResultView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The benchmark with its runs.
    pub benchmark: &'a Benchmark,
    /// The round's specification of the benchmark; `None` if it is not a benchmark of the round.
    pub spec: Option<&'a BenchmarkSpec>,
}

impl<'a> ResultView<'a> {
    /// The run of a mode.
    #[must_use]
    pub(crate) fn run(&self, mode: Mode) -> Option<&'a Run> {
        self.benchmark.run(mode)
    }

    /// The runs of the result, by mode.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &'a Run> + Clone + use<'a> {
        self.benchmark.runs.values().map(Box::as_ref)
    }
}

/// A system with its description and its results, without their evidence.
pub(crate) struct SystemView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The system.
    pub system: &'a System,
}

/// A submitter's folder in a division.
pub(crate) struct SubmitterView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The submitter with its documents.
    pub submitter: &'a Submitter,
    submission: &'a Submission,
}

impl<'a> SubmitterView<'a> {
    /// Creates the view of a submitter.
    #[must_use]
    pub(crate) const fn new(submitter: &'a Submitter, submission: &'a Submission, round: &'a Round) -> Self {
        Self { round, submitter, submission }
    }

    /// The submitter's systems, sorted by path.
    #[must_use]
    pub(crate) fn systems(&self) -> &'a [System] {
        self.submission.systems_of(self.submitter)
    }

    /// The submitter's results, sorted by path.
    pub(crate) fn results(&self) -> impl Iterator<Item = &'a Benchmark> + Clone + use<'a> {
        self.systems().iter().flat_map(|system| &system.benchmarks)
    }

    /// All files and folders in the submitter's folder, sorted by path.
    #[must_use]
    pub(crate) fn entries(&self) -> &'a [Entry] {
        self.submission.entries_of(self.submitter)
    }

    /// The file or folder at a path.
    #[must_use]
    pub(crate) fn entry(&self, path: &str) -> Option<&'a Entry> {
        self.submission.entries.get(path)
    }

    /// All submitters of the submission, including this one.
    #[must_use]
    pub(crate) fn all_submitters(&self) -> &'a [Submitter] {
        &self.submission.submitters
    }

    /// The submission that contains the submitter.
    #[must_use]
    pub(crate) const fn submission(&self) -> &'a Submission {
        self.submission
    }

    /// The submitter's folder, as the place of a listing.
    #[must_use]
    pub(crate) fn folder(&self) -> Place {
        Place::whole(&self.submitter.path)
    }
}

/// The whole submission.
pub(crate) struct SubmissionView<'a> {
    /// What the round demands.
    pub round: &'a Round,
    /// The submission, with results without their evidence.
    pub submission: &'a Submission,
}

impl SubmissionView<'_> {
    /// The root folder, as the place of a listing.
    #[must_use]
    #[expect(clippy::unused_self, reason = "every view has a folder")]
    pub(crate) fn folder(&self) -> Place {
        Place::whole("")
    }
}
