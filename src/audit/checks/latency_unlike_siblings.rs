use super::latency_disagrees_with_throughput::Latencies;
use super::prelude::*;
use crate::audit::metrics::median::median;

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
    let all: Vec<Latencies<'_>> = view.system.benchmarks.iter().filter_map(Latencies::from_benchmark).collect();
    let jitter = |one: &Latencies<'_>| limits.overhead_fraction * one.expected;
    let near =
        |one: &Latencies<'_>, usual: f64| (one.overhead() - usual).abs() <= limits.siblings_seconds + jitter(one);
    let far = |one: &Latencies<'_>, usual: f64| (one.overhead() - usual).abs() > limits.overhead_seconds + jitter(one);
    // `latency-disagrees-with-throughput` reports larger differences.
    for one in all.iter().filter(|one| !one.differ(&view.round.tolerances)) {
        let siblings: Vec<&Latencies<'_>> = all.iter().filter(|other| !std::ptr::eq(*other, one)).collect();
        let Some(usual) = median(siblings.iter().map(|other| other.overhead()).collect()) else { continue };
        if siblings.len() < ENOUGH || !siblings.iter().all(|other| near(other, usual)) || !far(one, usual) {
            continue;
        }
        let (own_ms, usual_ms) = (1000.0 * one.overhead(), 1000.0 * usual);
        let message = format!(
            "a single inference takes {own_ms:.3} ms longer than one of a window; {usual_ms:.3} ms in the other benchmarks"
        );
        found.at(one.path(), 0, message).measured(own_ms, usual_ms, "ms");
    }
    found.or_pass(all.first().filter(|_| all.len() > ENOUGH).map(|one| Place::whole(one.path())))
}
