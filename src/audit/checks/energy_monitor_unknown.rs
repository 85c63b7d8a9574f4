use super::prelude::*;
use crate::schema::spelling::plain;

check! {
    /// Energy was measured with a monitor that the runner does not support.
    ///
    /// The runners can set up and read certain monitors, whose accuracy is known.
    ///
    /// Help: measure with a supported monitor.
    ///
    /// Source: EEMBC runner user guide; mlcommons/tiny benchmark/runner/README.md.
    "energy-monitor-unknown", Energy, Warning, Run(check),
    affects: [Energy],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(monitor) = view.log().and_then(|log| log.monitor.as_ref()) else { return Outcome::NotApplicable };
    let known = &view.round.energy.monitors;
    if !known.iter().any(|one| plain(one) == plain(&monitor.value)) {
        let message = format!("the monitor is `{}`, expected one of {}", monitor.value, known.join(", "));
        found.at(view.run.path_of(FileRole::Log), monitor.line, message);
    }
    found.or_pass(view.at(FileRole::Log, monitor.line))
}
