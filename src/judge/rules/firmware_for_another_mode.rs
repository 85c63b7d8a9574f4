use crate::judge::rule::{Findings, rule};
use crate::read::location::At;
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
    "firmware-for-another-mode", Performance, Error, check, keeps figure,
    explains claim_missing, window_count, window_arithmetic, throughput_mismatch, runner_error_reported,
        evidence_undecided
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let timed = submission.runs().filter(|place| place.run.mode == Mode::Performance);
    for run in timed.map(|place| place.run) {
        let Some(log) = run.log.as_ref().filter(|log| log.runner == Runner::Eembc) else { continue };
        let timed = run.windows.iter().any(|window| window.seconds.is_some());
        // A log of an energy run is in the wrong folder.
        if timed || log.mode.is_some_and(|mode| mode.value != Mode::Performance) {
            continue;
        }
        let too_few = |error: &&At<String>| error.value.starts_with("Too few timestamps");
        let said = run.claims.iter().flat_map(|claims| &claims.runner_errors).find(too_few);
        let Some(line) = log.energy_firmware.map(|at| at.line).or(said.map(|_| 0)) else { continue };
        let message = "the firmware is built for energy mode; it prints no time stamps";
        let finding = findings.at(run.path_of(FileRole::Log), line, message);
        if let Some(said) = said {
            finding.also(run.path_of(FileRole::Results), said.line, "the runner says so");
        }
    }
}
