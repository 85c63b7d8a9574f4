use std::collections::BTreeSet;

use super::prelude::*;
use crate::source::join;

check! {
    /// A system description does not belong to any results.
    ///
    /// Either the results are missing, or the description and the system's folder have different names.
    ///
    /// Help: add the results, or give the description the name of the system's folder.
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
            found.at(&entry.path, 0, format!("there are no results for system `{name}`"));
        }
    }
    found.or_pass(Place::whole(&folder))
}
