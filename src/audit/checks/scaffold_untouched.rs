use super::prelude::*;

check! {
    /// A document still contains the placeholder text of `tinyaudit init`.
    ///
    /// The sentence that says what to write is still there, in place of the text it asks for. `package` refuses such a
    /// submission.
    ///
    /// Help: replace the placeholder sentence with the text it asks for.
    ///
    /// Source: MLPerf Tiny rules, 9 (others can repeat the result).
    "scaffold-untouched", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    for place in &view.submitter.documents.placeholders {
        found.at(&place.value, place.line, "the placeholder text of `tinyaudit init` is still here");
    }
    let is_document = |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("md"));
    let document = view.entries().iter().find(|entry| entry.is_file() && is_document(entry.name()));
    found.or_pass(document.map(|entry| Place::whole(&entry.path)))
}
