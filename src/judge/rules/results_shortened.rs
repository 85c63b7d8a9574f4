use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Round};

rule! {
    /// results.txt is shorter than what the log repeats of it.
    ///
    /// The MLCommons runner writes every window's figures into results.txt and repeats them at the end of its log. Where
    /// results.txt has fewer, somebody took lines out; the median that is left is no longer shown to be one.
    ///
    /// Calibrated on 33 runs of a published round: 24 repeat five windows and list them, the other 9 do neither.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: the MLCommons runner's output, in 24 of 24 published runs; older versions print the median alone in both.
    "results-shortened", Evidence, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        let (Some(claims), Some(log)) = (&place.run.claims, &place.run.log) else { continue };
        let parts = [
            ("windows", claims.windows.len(), log.summary.windows.len()),
            ("trials of energy", claims.energies.len(), log.summary.energies.len()),
        ];
        for (what, claimed, repeated) in parts {
            if claimed < repeated {
                let path = place.run.path_of(FileRole::Results);
                findings.at(path, 0, format!("results.txt has {claimed} {what}, its log repeats {repeated}"));
            }
        }
    }
}
