use super::prelude::*;
use crate::audit::metrics::median::median;
use crate::model::{Benchmark, Run};

check! {
    /// The overhead of a single inference differs from that of the system's other benchmarks.
    ///
    /// An inference of the accuracy run takes longer than one of a window by the time for its two time stamps, which is
    /// the same for every benchmark of a board. If one benchmark differs, its runs are of different builds, or its windows
    /// have another number of inferences than claimed.
    ///
    /// Calibrated on the results of four rounds: the benchmarks of a system agree within 0.2 ms. 13 results stand out by
    /// 0.7 to 11 ms; 12 of them were measured with another build.
    ///
    /// Help: measure all runs with one build; if you did, say in the README what a single inference does besides inferring.
    ///
    /// Source: MLPerf Tiny rules, 6.1 ("the same code must be run").
    "latency-unlike-siblings", Performance, Warning, System(check)
}

/// Minimum number of other benchmarks that agree with each other.
const ENOUGH: usize = 2;

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let limits = &view.round.timeline;
    let all: Vec<Overhead<'_>> = view.system.benchmarks.iter().filter_map(Overhead::new).collect();
    let jitter = |one: &Overhead<'_>| limits.overhead_fraction * one.latency;
    let near = |one: &Overhead<'_>, usual: f64| (one.seconds - usual).abs() <= limits.siblings_seconds + jitter(one);
    let far = |one: &Overhead<'_>, usual: f64| (one.seconds - usual).abs() > limits.overhead_seconds + jitter(one);
    // `latency-disagrees-with-throughput` reports larger differences.
    let is_reported = |one: &Overhead<'_>| {
        let tolerances = &view.round.tolerances;
        one.seconds.abs() > tolerances.latency_fraction * one.latency + tolerances.latency_seconds
    };
    for one in all.iter().filter(|one| !is_reported(one)) {
        let siblings: Vec<&Overhead<'_>> = all.iter().filter(|other| !std::ptr::eq(*other, one)).collect();
        let Some(usual) = median(siblings.iter().map(|other| other.seconds).collect()) else { continue };
        if siblings.len() < ENOUGH || !siblings.iter().all(|other| near(other, usual)) || !far(one, usual) {
            continue;
        }
        let message = format!(
            "a single inference takes {:.3} ms longer than one of a window; {:.3} ms in the other benchmarks",
            1000.0 * one.seconds,
            1000.0 * usual
        );
        found.at(one.performance.path_of(FileRole::Log), 0, message).measured(
            1000.0 * one.seconds,
            1000.0 * usual,
            "ms",
        );
    }
    found.or_pass(
        (all.len() > ENOUGH)
            .then(|| all.first())
            .flatten()
            .map(|one| Place::whole(one.performance.path_of(FileRole::Log))),
    )
}

/// By how much a single inference takes longer than one of a window, in seconds.
struct Overhead<'a> {
    performance: &'a Run,
    seconds: f64,
    /// Time of an inference of a window, in seconds.
    latency: f64,
}

impl<'a> Overhead<'a> {
    fn new(benchmark: &'a Benchmark) -> Option<Self> {
        let performance = benchmark.runs.get(&Mode::Performance)?;
        let single = benchmark.runs.get(&Mode::Accuracy)?.single?.device_s;
        let latency = 1.0 / performance.scores.throughput.as_ref()?.recomputed?;
        (single > 0.0).then_some(Self { performance, seconds: single - latency, latency })
    }
}
