use std::collections::BTreeSet;

use super::prelude::*;
use crate::source::join;

check! {
    /// A system description has no results.
    ///
    /// Either its results are missing, or it is named unlike its system's folder.
    ///
    /// Help: add the results, or give description and folder the same name.
    ///
    /// Source: directory structure of the results repositories.
    "system-description-orphaned", SystemDescription, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if view.round.system_description.any_name {
        return Outcome::NotApplicable;
    }
    let folder = join(&view.submitter.path, "systems");
    let described: BTreeSet<&str> = view.systems().iter().map(|system| system.description_path.as_str()).collect();
    for entry in view.submission().entries.below(&folder) {
        let Some(name) = entry.path[folder.len() + 1..].strip_suffix(".json") else { continue };
        if !described.contains(&*entry.path) && !name.contains('/') && !name.starts_with('.') && entry.is_file() {
            found.at(&entry.path, 0, format!("there are no results of a system `{name}`"));
        }
    }
    found.or_pass(Place::whole(&folder))
}
