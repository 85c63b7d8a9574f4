use super::prelude::*;
use super::private_key_published::searched_code;

check! {
    /// A file in `code` contains names of evaluation inputs.
    ///
    /// A device that knows the evaluation inputs can answer without inferring. The code does not need their names.
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
            let message =
                format!("the file names {count} inputs of the evaluation lists, the first is `{}`", first.value);
            found.at(&file.path, first.line, message);
        }
    }
    found.or_pass(searched_code(view))
}
