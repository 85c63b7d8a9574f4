use super::prelude::*;

check! {
    /// A document is as `tinyaudit init` began it.
    ///
    /// The sentence that says what to write is still there, and what it asks for is not. `package` refuses it.
    ///
    /// Help: write what the sentence asks for in its place.
    ///
    /// Source: MLPerf Tiny rules, 9 (others can repeat the result).
    "scaffold-untouched", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    for place in &view.submitter.documents.placeholders {
        found.at(&place.value, place.line, "the text is as `tinyaudit init` began it, and says nothing yet");
    }
    let is_document = |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("md"));
    let document = view.entries().iter().find(|entry| entry.is_file() && is_document(entry.name()));
    found.or_pass(document.map(|entry| Place::whole(&entry.path)))
}
