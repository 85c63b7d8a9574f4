use super::description_schema::{Violation, violations};
use super::prelude::*;

check! {
    /// A field of a system description is not text.
    ///
    /// Lists and objects appear as program code in the published table.
    ///
    /// Help: write the value as text.
    ///
    /// Source: system description template.
    "description-value-not-text", SystemDescription, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some((description, violations)) = violations(view) else { return Outcome::NotApplicable };
    let path = &view.system.description_path;
    let values: Vec<_> = violations
        .into_iter()
        .filter_map(|violation| match violation {
            Violation::WrongType(key) => Some((description.get(&key)?, key)),
            Violation::Missing(_) => None,
        })
        .collect();
    if let Some(((first, key), others)) = values.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" (and {} more like it)", others.len()) };
        let finding = found.at(path, first.line, format!("`{key}` is {}, expected text{more}", first.shown()));
        for (value, key) in others {
            finding.note(format!("line {}: `{key}` is {}", value.line, value.shown()));
        }
    }
    found.or_pass(description.fields.first().map(|_| Place::whole(path)))
}
