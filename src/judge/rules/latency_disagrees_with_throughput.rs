use crate::judge::metrics::median::median;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// A single inference of the accuracy run takes another time than the throughput says.
    ///
    /// Accuracy and performance are measured with the same code. A device whose inferences are faster only when they are
    /// repeated on one input may not be inferring, and a run that was counted wrongly, or made on another device, shows
    /// another time, too.
    ///
    /// Help: measure both with the same build; explain caches or clock changes in the README.
    ///
    /// Source: MLPerf Tiny rules, 5.1 ("the same code must be run"), 8.2 (no caching between files).
    "latency-disagrees-with-throughput", Performance, Warning, check, needs evidence
}

/// Seconds of an inference below which a single one may be mostly a remote call.
const REMOTE: f64 = 0.001;

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for (_, benchmark) in submission.benchmarks() {
        let (Some(accuracy), Some(performance)) =
            (benchmark.runs.get(&Mode::Accuracy), benchmark.runs.get(&Mode::Performance))
        else {
            continue;
        };
        let singles = accuracy.inferences().iter().filter(|one| one.iterations == 1);
        let latencies: Vec<f64> = singles.filter_map(crate::read::log::Inference::seconds).collect();
        let rate = performance.scores.throughput.as_ref().and_then(|figure| figure.recomputed);
        let (Some(latency), Some(rate)) = (median(latencies), rate) else { continue };
        let expected = 1.0 / rate;
        let tolerances = &round.tolerances;
        let around = if expected < REMOTE { tolerances.remote_seconds } else { tolerances.latency_seconds };
        if (latency - expected).abs() > expected * tolerances.latency_fraction + around {
            let message = format!(
                "an inference takes {:.3} ms in the accuracy run (median), {:.3} ms in the performance run",
                1000.0 * latency,
                1000.0 * expected
            );
            findings.at(performance.path_of(FileRole::Log), 0, message);
        }
    }
}
