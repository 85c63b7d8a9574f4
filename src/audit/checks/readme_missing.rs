use super::prelude::*;

check! {
    /// A submission does not contain a README.
    ///
    /// Others must be able to reproduce the results.
    ///
    /// Help: add a README that describes how to reproduce the results.
    ///
    /// Source: directory structure of the results repositories (mandatory files); MLPerf Tiny rules, 9.
    "readme-missing", Structure, Error, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.has_results {
        return Outcome::NotApplicable;
    }
    let readme = view.entries().iter().find(|entry| entry.is_file() && is_readme(entry.name()));
    if readme.is_none() {
        found.at(&view.submitter.path, 0, "the submission does not contain a README");
    }
    found.or_pass(readme.map(|entry| Place::whole(&entry.path)))
}

/// Whether a name is that of a README.
pub(super) fn is_readme(name: &str) -> bool {
    name.to_lowercase().starts_with("readme")
}
