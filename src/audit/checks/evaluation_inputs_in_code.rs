use super::prelude::*;
use super::private_key_published::searched_code;

check! {
    /// A file of `code` names inputs of an evaluation list.
    ///
    /// A device that knows the inputs it is judged on can answer without inferring. Code needs none of their names.
    ///
    /// Help: remove the names, or say in the README what they are for.
    ///
    /// Source: MLPerf Tiny rules, 2.7 and 2.8 (no benchmark detection, no input-based optimisation).
    "evaluation-inputs-in-code", Evidence, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    for file in &view.submitter.documents.code {
        let Some((count, first)) = &file.evaluation_inputs else { continue };
        if *count > view.round.windows.count {
            let message = format!("{count} inputs of the evaluation lists are named, the first is `{}`", first.value);
            found.at(&file.path, first.line, message);
        }
    }
    found.or_pass(searched_code(view))
}
