use super::prelude::*;
use crate::parse::document::description::{FieldValue, SystemDescription};
use crate::parse::location::{At, Line};

check! {
    /// A published field of a system description is empty or a placeholder.
    ///
    /// The field is in the file, but its cell in the published table stays empty.
    ///
    /// Help: fill in the field.
    ///
    /// Source: system description template; the columns of the published tables.
    "description-value-empty", SystemDescription, Warning, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let Some(description) = &view.system.description else { return Outcome::NotApplicable };
    let path = &view.system.description_path;
    // `status-unknown` reports that key, `description-value-lost` a lost value.
    let keys = view.round.system_description.required.iter().filter(|key| *key != "Status");
    let given: Vec<_> = keys.filter_map(|key| Some((key, description.get(key)?))).collect();
    let empty: Vec<(Line, String)> =
        given.iter().filter_map(|(key, field)| says_nothing(description, key, field)).collect();
    if let Some(((line, first), others)) = empty.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" (and {} more like it)", others.len()) };
        let finding = found.at(path, *line, format!("{first}{more}"));
        for (line, other) in others {
            finding.note(format!("line {line}: {other}"));
        }
    }
    found.or_pass(given.first().map(|_| Place::whole(path)))
}

/// Returns the line of a field and what is wrong, if it is empty or a placeholder every time it is given.
fn says_nothing(description: &SystemDescription, key: &str, field: &At<FieldValue>) -> Option<(Line, String)> {
    let all: Vec<&str> = description
        .fields
        .iter()
        .filter(|other| other.key.value == key)
        .map(|other| other.value.as_str().trim())
        .collect();
    let empty = |text: &&&str| ["", "tbd", "todo", "xxx", "?"].contains(&text.to_lowercase().as_str());
    if all.iter().filter(empty).count() < all.len() {
        return None;
    }
    let found = match all[..] {
        [""] => format!("`{key}` is empty"),
        [_] => format!("`{key}` is `{}`", field.shown()),
        _ if all.iter().all(|text| text.is_empty()) => format!("`{key}` is given {} times, empty each time", all.len()),
        _ => format!("`{key}` is given {} times, each time empty or a placeholder", all.len()),
    };
    Some((field.line, found))
}
