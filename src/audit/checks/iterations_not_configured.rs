use super::prelude::*;

check! {
    /// The runner commands a number of inferences other than the configured one.
    ///
    /// The EEMBC runner prints its configuration at the start of a session, and commands the configured number of
    /// inferences for every window. Throughput and energy are divided by this number.
    ///
    /// Calibrated on 389 sessions: configuration and command are equal in all of them.
    ///
    /// Help: submit the log as the runner wrote it, or measure again.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (logs as the runner writes them); EEMBC runner, configuration `iterInfer`.
    "iterations-not-configured", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    needs: [firmware_for_another_mode, log_incomplete, mode_disagrees_with_folder, session_in_single_mode],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let configured = view.log().and_then(|log| log.configured_iterations);
    let Some(configured) = configured.filter(|_| !view.is(Mode::Accuracy)) else { return Outcome::NotApplicable };
    let path = view.run.path_of(FileRole::Log);
    if let Some(one) = view.run.inferences().iter().find(|one| one.iterations != configured.value) {
        let message = format!("{} inferences are commanded; {} are configured", one.iterations, configured.value);
        let finding = found.at(path, one.line, message);
        finding.also(path, configured.line, "configured here");
        finding.measured(one.iterations as f64, configured.value as f64, "");
    }
    found.or_pass(Some(view.at(FileRole::Log, configured.line)))
}
