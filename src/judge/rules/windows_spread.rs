use crate::judge::metrics::median::median;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The windows of a run differ in throughput.
    ///
    /// A spread of several per cent says that the clock, the temperature or other work on the device changed while it
    /// was measured, so that others may not reproduce the median.
    ///
    /// Help: find out what differs between the windows; say so in the README.
    ///
    /// Source: MLPerf Tiny rules, 2.4 (results must be replicable).
    "windows-spread", Performance, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Performance) {
        let timed = place.run.windows.iter().filter_map(|window| Some((window.inferences as f64, window.seconds?)));
        let rates: Vec<f64> =
            timed.filter(|(_, seconds)| *seconds > 0.0).map(|(count, seconds)| count / seconds).collect();
        let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let fastest = rates.iter().copied().fold(0.0, f64::max);
        let Some(middle) = median(rates) else { continue };
        let spread = (fastest - slowest) / middle;
        if spread > round.tolerances.window_spread {
            let message = format!(
                "the slowest window has {slowest:.3} inf/s, the fastest {fastest:.3} inf/s ({:.1} % of the median), expected at most {:.0} %",
                100.0 * spread,
                100.0 * round.tolerances.window_spread
            );
            findings.at(place.run.path_of(FileRole::Results), 0, message);
        }
    }
}
