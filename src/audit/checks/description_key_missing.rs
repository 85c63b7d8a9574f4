use super::description_schema::{Violation, violations};
use super::prelude::*;

check! {
    /// A system description lacks a field that is published.
    ///
    /// Its cell in the published table stays empty.
    ///
    /// Help: add the field, spelled as in the official template.
    ///
    /// Source: system description template; `submission_checker.py`.
    "description-key-missing", SystemDescription, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some((_, violations)) = violations(view) else { return Outcome::NotApplicable };
    let missing: Vec<String> = violations
        .into_iter()
        .filter_map(|violation| match violation {
            // The rule `status-unknown` reports a missing status.
            Violation::Missing(key) if key != "Status" => Some(format!("`{key}`")),
            _ => None,
        })
        .collect();
    let path = &view.system.description_path;
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        found.at(path, 1, format!("{} {verb} missing", missing.join(", ")));
    }
    found.or_pass(Place::whole(path))
}
