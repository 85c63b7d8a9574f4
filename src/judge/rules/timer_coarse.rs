use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The device's timer is coarser than it must be.
    ///
    /// The time stamps of a run are all multiples of a step. A timer of less than 1 kHz makes short windows inexact.
    ///
    /// Help: use a timer of at least 1 kHz.
    ///
    /// Source: EEMBC runner user guide; MLPerf Tiny Benchmark, appendix A.
    "timer-coarse", Performance, Warning, check, needs evidence
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        let stamps: Vec<u64> = place
            .run
            .inferences()
            .iter()
            .flat_map(|one| [one.start, one.stop])
            .flatten()
            .map(|stamp| stamp.us)
            .collect();
        let step = stamps.iter().copied().fold(0, greatest_common_divisor);
        let seconds = step as f64 / 1e6;
        // A few stamps may share a large divisor by chance.
        if stamps.len() >= 2 * round.windows.count && seconds > round.tolerances.timer_seconds + 1e-12 {
            let line = place.run.inferences().first().map_or(0, |one| one.line);
            let message = format!(
                "all {} time stamps are multiples of {seconds} s, expected steps of at most {} s",
                stamps.len(),
                round.tolerances.timer_seconds
            );
            findings.at(place.run.path_of(FileRole::Log), line, message);
        }
    }
}

const fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
