use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A file of `code` names inputs of an evaluation list.
    ///
    /// A device that knows the inputs it is judged on can answer without inferring. Code needs none of their names.
    ///
    /// Help: remove the names, or say in the README what they are for.
    ///
    /// Source: MLPerf Tiny rules, 2.7 and 2.8 (no benchmark detection, no input-based optimisation).
    "evaluation-inputs-in-code", Evidence, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for file in submission.submitters.iter().flat_map(|submitter| &submitter.documents.code) {
        let Some((count, first)) = &file.evaluation_inputs else { continue };
        if *count > round.windows.count {
            let message = format!("{count} inputs of the evaluation lists are named, the first is `{}`", first.value);
            findings.at(&file.path, first.line, message);
        }
    }
}
