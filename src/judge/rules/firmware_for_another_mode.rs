use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round, Runner};

rule! {
    /// The firmware is built for energy mode, but time is measured.
    ///
    /// Firmware that is built for energy mode pulses a pin instead of printing time stamps, so that a performance run has
    /// no windows. The runner says `Too few timestamps found for performance check.`
    ///
    /// Help: build the firmware with `EE_CFG_ENERGY_MODE 0`, as its banner `m-timestamp-mode-performance` then says, and
    /// measure again.
    ///
    /// Source: the reference firmware, `ee_benchmark_initialize`; the EEMBC runner's output.
    "firmware-for-another-mode", Performance, Error, check,
    explains "claim-missing", "window-count", "window-arithmetic", "throughput-mismatch", "runner-error-reported", "evidence-undecided"
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let timed = submission.runs().filter(|place| place.run.mode == Mode::Performance);
    for run in timed.map(|place| place.run) {
        let Some(log) = run.log.as_ref().filter(|log| log.runner == Runner::Eembc) else { continue };
        let Some(at) = log.energy_firmware.filter(|_| !run.windows.iter().any(|window| window.seconds.is_some()))
        else {
            continue;
        };
        let finding = findings.at(
            run.path_of(FileRole::Log),
            at.line,
            "the firmware is built for energy mode; it prints no time stamps",
        );
        if let Some(said) = run.claims.iter().flat_map(|claims| &claims.runner_errors).next() {
            finding.also(run.path_of(FileRole::Results), said.line, "the runner says so");
        }
    }
}
