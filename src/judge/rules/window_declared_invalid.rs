use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// A window is declared invalid by the runner itself.
    ///
    /// The runner prints beneath every window whether it is long enough and holds enough inferences.
    ///
    /// Help: raise the number of inferences of a window and measure again.
    ///
    /// Source: both runners print it under every window; MLPerf Tiny Benchmark, 5.3.
    "window-declared-invalid", Performance, Error, check, keeps figure
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let windows = place.run.claims.iter().flat_map(|claims| &claims.windows);
        let mut declared = windows.filter_map(|window| Some((window.number.value, window.declared_valid?)));
        if let Some((number, declared)) = declared.find(|(_, declared)| !declared.value) {
            let message = format!("the runner says that window {number} is not valid");
            findings.at(place.run.path_of(FileRole::Results), declared.line, message);
        }
    }
}
