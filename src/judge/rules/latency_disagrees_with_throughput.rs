use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Benchmark, Submission};
use crate::round::{FileRole, Mode, Round};

rule! {
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
    "latency-disagrees-with-throughput", Performance, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let mut differing = system.benchmarks.iter().filter_map(|benchmark| differs(benchmark, round));
        let Some((path, first)) = differing.next() else { continue };
        let others: Vec<String> = differing.map(|(path, told)| format!("{told} (`{path}`)")).collect();
        let more = match others.len() {
            0 => String::new(),
            count => format!("; {count} more of this board differ"),
        };
        let finding = findings.at(path, 0, format!("{first}{more}"));
        for other in others {
            finding.note(other);
        }
    }
}

/// The log of the performance run and both latencies in words, where they differ.
fn differs<'a>(benchmark: &'a Benchmark, round: &Round) -> Option<(&'a str, String)> {
    let performance = benchmark.runs.get(&Mode::Performance)?;
    // A timer that stands still is another rule's finding.
    let single = benchmark.runs.get(&Mode::Accuracy)?.single?.device_s;
    let single = Some(single).filter(|seconds| *seconds > 0.0)?;
    let expected = 1.0 / performance.scores.throughput.as_ref()?.recomputed?;
    let tolerances = &round.tolerances;
    let around = expected * tolerances.latency_fraction + tolerances.latency_seconds;
    ((single - expected).abs() > around).then(|| {
        let told = format!(
            "an inference takes {:.3} ms in the accuracy run (median), {:.3} ms in the performance run",
            1000.0 * single,
            1000.0 * expected
        );
        (performance.path_of(FileRole::Log), told)
    })
}
