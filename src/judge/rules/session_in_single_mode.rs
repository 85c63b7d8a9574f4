use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A session was run in single mode, which has one window.
    ///
    /// The EEMBC runner's single mode infers one input and prints no median. A result is the median of five windows.
    ///
    /// Help: choose the median mode (`bmark`) in the runner and measure again.
    ///
    /// Source: MLPerf Tiny rules, 5.3; the EEMBC runner's `runMode`.
    "session-in-single-mode", Performance, Error, check, keeps figure,
    explains claim_missing, window_count, window_arithmetic, throughput_mismatch, script_disagrees_with_log,
        runner_error_reported, energy_arithmetic, energy_mismatch, input_missing, evidence_undecided
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for run in submission.runs().map(|place| place.run) {
        let single = run.log.as_ref().and_then(|log| log.single_mode);
        // Where results of several sessions were put together, the number of windows is the matter.
        let claimed = run.claims.as_ref().map_or(0, |claims| claims.windows.len().max(claims.energies.len()));
        let Some(at) = single.filter(|_| run.windows.len().max(claimed) <= 1) else { continue };
        let message =
            format!("the session was run in single mode and has one window; {} required", round.windows.count);
        findings.at(run.path_of(FileRole::Log), at.line, message);
    }
}
