use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// The energy monitor lost samples.
    ///
    /// What is lost is missing in the energy of a window.
    ///
    /// Help: lower the load of the host and measure again.
    ///
    /// Source: EEMBC runner user guide (`emon-drop-thresh-pct`).
    "energy-samples-dropped", Energy, Warning, check, keeps figure
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let Some(counts) = place.run.log.as_ref().and_then(|log| log.dropped) else { continue };
        let (dropped, all) = counts.value;
        let most = round.energy.dropped_fraction;
        if dropped as f64 > most * all as f64 {
            let message = format!("{dropped} of {all} packets were dropped, expected at most {} %", 100.0 * most);
            findings.at(place.run.path_of(FileRole::Log), counts.line, message);
        }
    }
}
