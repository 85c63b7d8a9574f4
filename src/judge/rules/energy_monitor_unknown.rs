use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// Energy was measured with a monitor that the runner does not support.
    ///
    /// The runners know how to set up and read certain monitors, whose exactness is known.
    ///
    /// Help: measure with a supported monitor.
    ///
    /// Source: EEMBC runner user guide; mlcommons/tiny benchmark/runner/README.md.
    "energy-monitor-unknown", Energy, Warning, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(monitor) = place.run.log.as_ref().and_then(|log| log.monitor.as_ref()) else { continue };
        let known = &round.energy.monitors;
        if !known.contains(&monitor.value) {
            let message = format!("the monitor is `{}`, expected one of {}", monitor.value, known.join(", "));
            findings.at(place.run.path_of(FileRole::Log), monitor.line, message);
        }
    }
}
