use super::prelude::*;
use crate::model::{Benchmark, Run};
use crate::round::Tolerances;

check! {
    /// The latency in the accuracy run does not match the throughput of the performance run.
    ///
    /// Accuracy and performance are measured with the same code. If inferences are faster only when they are repeated
    /// on one input, the device may not be inferring. Debug prints between the timestamps, another build, or a call to
    /// another processor make a single inference slower. One finding lists all affected benchmarks of a board.
    ///
    /// Calibrated on 248 results of six rounds: eight differ by more than 10 % plus 5 ms, all of them because of other
    /// builds, debug prints or remote calls.
    ///
    /// Help: measure both with the same build; if you did, say in the README what a single inference does besides
    /// inferring.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run"), 8.2 (no caching between files).
    "latency-disagrees-with-throughput", Performance, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let compared: Vec<Latencies> = view.system.benchmarks.iter().filter_map(Latencies::from_benchmark).collect();
    let mut differing = compared.iter().filter(|both| both.differ(&view.round.tolerances));
    if let Some(first) = differing.next() {
        let others: Vec<String> = differing.map(|other| format!("{} (`{}`)", other.message(), other.path())).collect();
        let more = match others.len() {
            0 => String::new(),
            count => format!("; {count} more benchmarks of this board differ"),
        };
        let finding = found.at(first.path(), 0, format!("{}{more}", first.message()));
        finding.measured(1000.0 * first.single, 1000.0 * first.expected, "ms");
        for other in others {
            finding.note(other);
        }
    }
    found.or_pass(compared.first().map(|first| Place::whole(first.path())))
}

/// Time per inference in both runs of a benchmark, in seconds.
pub(super) struct Latencies<'a> {
    performance: &'a Run,
    single: f64,
    /// Of a window.
    pub(super) expected: f64,
}

impl<'a> Latencies<'a> {
    pub(super) fn from_benchmark(benchmark: &'a Benchmark) -> Option<Self> {
        let performance = benchmark.run(Mode::Performance)?;
        let single = benchmark.run(Mode::Accuracy)?.single?.device_s;
        let expected = 1.0 / performance.scores.throughput.as_ref()?.recomputed?;
        // The rule `timer-frozen` reports a timer that stands still.
        (single > 0.0).then_some(Self { performance, single, expected })
    }

    /// By how much a single inference takes longer than one of a window, in seconds.
    pub(super) fn overhead(&self) -> f64 {
        self.single - self.expected
    }

    /// Whether the overhead is beyond the tolerance.
    pub(super) fn differ(&self, tolerances: &Tolerances) -> bool {
        self.overhead().abs() > self.expected * tolerances.latency_fraction + tolerances.latency_seconds
    }

    /// Path of the performance run's log.
    pub(super) fn path(&self) -> &'a str {
        self.performance.path_of(FileRole::Log)
    }

    fn message(&self) -> String {
        format!(
            "an inference takes {:.3} ms in the accuracy run (median), {:.3} ms in the performance run",
            1000.0 * self.single,
            1000.0 * self.expected
        )
    }
}
