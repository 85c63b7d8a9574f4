use super::prelude::*;

check! {
    /// The device's timer is coarser than allowed.
    ///
    /// All time stamps of a run are multiples of the timer's step. A timer slower than 1 kHz makes short windows
    /// inexact.
    ///
    /// Help: use a timer of at least 1 kHz and measure again.
    ///
    /// Source: EEMBC runner user guide; MLPerf Tiny Benchmark, appendix A.
    "timer-coarse", Performance, Warning, Run(check)
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let inferences = view.run.inferences();
    let stamps = inferences.iter().flat_map(|one| [one.start, one.stop]).flatten();
    let count = stamps.clone().count();
    // A few stamps may share a large divisor by chance.
    let judged = view.is(Mode::Performance) && count >= 2 * view.round.windows.count;
    let Some(first) = inferences.first().filter(|_| judged) else { return Outcome::NotApplicable };
    let step = stamps.map(|stamp| stamp.us).fold(0, greatest_common_divisor);
    let (seconds, most) = (step as f64 / 1e6, view.round.tolerances.timer_seconds);
    if seconds > most + 1e-12 {
        let message =
            format!("all {count} time stamps are multiples of {seconds} s, expected steps of at most {most} s");
        found.at(view.run.path_of(FileRole::Log), first.line, message).measured(seconds, most, "s");
    }
    // The step is unknown if all stamps are zero.
    found.or_pass((step > 0).then(|| view.at(FileRole::Log, first.line)))
}

const fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
