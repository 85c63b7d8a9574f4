use super::prelude::*;
use crate::model::{Benchmark, Run};

check! {
    /// A single inference of the accuracy run takes another time than the throughput says.
    ///
    /// Accuracy and performance are measured with the same code. A device whose inferences are faster only when they are
    /// repeated on one input may not be inferring; debug prints between the stamps, another build, or a call to another
    /// processor make a single inference slower. Where several benchmarks of a board show it, one finding lists them.
    ///
    /// Calibrated on 248 results of six rounds: eight lie beyond 10 % and 5 ms, all of them other builds, debug prints or
    /// remote calls.
    ///
    /// Help: measure both with the same build; say in the README what a single inference does beside inferring.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run"), 8.2 (no caching between files).
    "latency-disagrees-with-throughput", Performance, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let tolerances = &view.round.tolerances;
    let differ = |both: &&Latencies| {
        let around = both.expected * tolerances.latency_fraction + tolerances.latency_seconds;
        (both.single - both.expected).abs() > around
    };
    let compared: Vec<Latencies> = view.system.benchmarks.iter().filter_map(Latencies::of).collect();
    let mut differing = compared.iter().filter(differ);
    if let Some(first) = differing.next() {
        let others: Vec<String> = differing.map(|other| format!("{} (`{}`)", other.told(), other.path())).collect();
        let more = match others.len() {
            0 => String::new(),
            count => format!("; {count} more of this board differ"),
        };
        let finding = found.at(first.path(), 0, format!("{}{more}", first.told()));
        finding.measured(1000.0 * first.single, 1000.0 * first.expected, "ms");
        for other in others {
            finding.note(other);
        }
    }
    found.or_pass(compared.first().map(|first| Place::whole(first.path())))
}

/// What an inference takes in both runs of a benchmark, in seconds.
struct Latencies<'a> {
    performance: &'a Run,
    single: f64,
    expected: f64,
}

impl<'a> Latencies<'a> {
    fn of(benchmark: &'a Benchmark) -> Option<Self> {
        let performance = benchmark.runs.get(&Mode::Performance)?;
        let single = benchmark.runs.get(&Mode::Accuracy)?.single?.device_s;
        let expected = 1.0 / performance.scores.throughput.as_ref()?.recomputed?;
        // A timer that stands still is another check's finding.
        (single > 0.0).then_some(Self { performance, single, expected })
    }

    /// The log of the performance run.
    fn path(&self) -> &'a str {
        self.performance.path_of(FileRole::Log)
    }

    fn told(&self) -> String {
        format!(
            "an inference takes {:.3} ms in the accuracy run (median), {:.3} ms in the performance run",
            1000.0 * self.single,
            1000.0 * self.expected
        )
    }
}
