use super::prelude::*;
use super::readme_missing::is_readme;
use crate::source::{is_inside, join, parent_of};

check! {
    /// All READMEs, or all files in `code`, are empty.
    ///
    /// Files that contain only white space satisfy a checker, but do not help anybody to repeat the results.
    ///
    /// Help: submit a README and the code that the results were measured with.
    ///
    /// Source: MLPerf Tiny rules, 9 and 9.1.
    "document-empty", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (submitter, documents) = (view.submitter, &view.submitter.documents);
    if !submitter.has_results {
        return Outcome::NotApplicable;
    }
    let code = join(&submitter.path, "code");
    if let Some(first) = &documents.blank_readme {
        found.at(first, 0, "all READMEs are empty");
    }
    if documents.is_code_blank {
        found.at(&code, 0, "every file in `code` is empty");
    }
    // Pass at the longest README, or without one at the longest file in `code`.
    let files = view.entries().iter().filter(|entry| entry.is_file());
    let files = files.map(|entry| (is_readme(entry.name()), entry));
    let files = files.filter(|(is_readme, entry)| *is_readme || is_inside(parent_of(&entry.path), &code));
    let longest = files.max_by_key(|(is_readme, entry)| (*is_readme, entry.size()));
    found.or_pass(longest.map(|(_, entry)| Place::whole(&entry.path)))
}
