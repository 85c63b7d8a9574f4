use super::prelude::*;

check! {
    /// A submission has no README.
    ///
    /// Others must be able to repeat the results.
    ///
    /// Help: say in a README how the results are repeated.
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
        found.at(&view.submitter.path, 0, "there is no README in the whole submission");
    }
    found.or_pass(readme.map(|entry| Place::whole(&entry.path)))
}

/// Whether a name is that of a README.
pub(super) fn is_readme(name: &str) -> bool {
    name.to_lowercase().starts_with("readme")
}
