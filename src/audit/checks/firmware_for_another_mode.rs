use super::prelude::*;
use crate::parse::location::At;
use crate::parse::log::SessionLog;
use crate::round::Runner;

check! {
    /// The firmware of a performance run is built for energy mode.
    ///
    /// Firmware that is built for energy mode pulses a pin instead of printing timestamps, so a performance run does
    /// not have any windows. The runner prints `Too few timestamps found for performance check.`
    ///
    /// Help: build the firmware with `EE_CFG_ENERGY_MODE 0` and measure again; its banner then prints
    /// `m-timestamp-mode-performance`.
    ///
    /// Source: the reference firmware, `ee_benchmark_initialize`; the EEMBC runner's output.
    "firmware-for-another-mode", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    let is_eembc = |log: &&SessionLog| view.is(Mode::Performance) && log.runner == Runner::Eembc;
    // The rule `mode-disagrees-with-folder` reports the log of an energy run.
    let Some(log) =
        view.log().filter(is_eembc).filter(|log| log.mode.is_none_or(|mode| mode.value == Mode::Performance))
    else {
        return Outcome::NotApplicable;
    };
    if let Some(timed) = run.windows.iter().find(|window| window.seconds.is_some()) {
        return found.or_pass(timed.role.map(|role| view.at(role, timed.line)));
    }
    let too_few = |error: &&At<String>| error.value.starts_with("Too few timestamps");
    let said = view.claims().and_then(|claims| claims.runner_errors.iter().find(too_few));
    if let Some(line) = log.energy_firmware.map(|at| at.line).or(said.map(|_| 0)) {
        let message = "the firmware is built for energy mode and does not print timestamps";
        let finding = found.at(run.path_of(FileRole::Log), line, message);
        if let Some(said) = said {
            finding.also(run.path_of(FileRole::Results), said.line, "reported by the runner here");
        }
    }
    // Without timestamps, banner or error message the mode of the firmware is not known.
    found.or_pass(None)
}
